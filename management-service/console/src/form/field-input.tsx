/**
 * The input of one field.
 * Takes the field, its value and what is wrong with it. Gives the changed value: a JSON value, or
 * undefined where the field is empty and management's default counts.
 */
import { JsonInput, NumberInput, PasswordInput, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import type { Field } from './field.js'

export interface FieldInputProps {
  readonly field: Field
  readonly value: unknown
  readonly problem: string | undefined
  readonly isNew: boolean
  readonly onChange: (value: unknown) => void
}

/** The input. */
export function FieldInput({ field, value, problem, isNew, onChange }: FieldInputProps): ReactNode {
  const shared = {
    label: field.label,
    description: field.help,
    error: problem,
    disabled: field.isFixed === true && !isNew,
    'data-pointer': field.pointer,
  }
  const text = typeof value === 'string' ? value : ''
  const setText = (next: string): void => onChange(next === '' ? undefined : next)
  switch (field.kind) {
    case 'text':
      return <TextInput {...shared} value={text} onChange={event => setText(event.currentTarget.value)} />
    case 'secret':
      return (
        <PasswordInput
          {...shared}
          value={text}
          autoComplete="new-password"
          onChange={event => setText(event.currentTarget.value)}
        />
      )
    case 'lines':
      return (
        <Textarea {...shared} autosize value={text} onChange={event => setText(event.currentTarget.value)} />
      )
    case 'json':
      return <JsonField shared={shared} value={value} onChange={onChange} />
    case 'switch':
      return (
        <Switch
          {...shared}
          checked={typeof value === 'boolean' ? value : field.isOnByDefault === true}
          onChange={event => onChange(event.currentTarget.checked)}
        />
      )
    case 'number':
      return (
        <NumberInput
          {...shared}
          value={typeof value === 'number' ? value : ''}
          min={field.min}
          max={field.max}
          clampBehavior="none"
          allowDecimal={field.isDecimal === true}
          suffix={field.unit === undefined ? undefined : ` ${field.unit}`}
          onChange={next => onChange(typeof next === 'number' ? next : undefined)}
        />
      )
    case 'choice':
      return <ChoiceField field={field} shared={shared} value={value} onChange={onChange} />
  }
}

interface InnerProps {
  readonly shared: Readonly<Record<string, unknown>> & { readonly error: string | undefined }
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

interface ChoiceFieldProps extends InnerProps {
  readonly field: Extract<Field, { readonly kind: 'choice' }>
}

function ChoiceField({ field, shared, value, onChange }: ChoiceFieldProps): ReactNode {
  const { choices, fallback, label } = field
  return (
    <Select
      {...shared}
      data={[...choices]}
      value={typeof value === 'string' ? value : (fallback ?? null)}
      clearable={fallback === undefined}
      clearButtonProps={{ 'aria-label': `Leave out: ${label}` }}
      onChange={next => onChange(next ?? undefined)}
    />
  )
}

function textOf(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

/** Text; while it is no JSON it goes into the draft as it stands, so that management refuses it. */
function JsonField({ shared, value, onChange }: InnerProps): ReactNode {
  const [text, setText] = useState(() => textOf(value))
  const [problem, setProblem] = useState<string | undefined>()
  const change = (next: string): void => {
    setText(next)
    try {
      onChange(next.trim() === '' ? undefined : JSON.parse(next))
      setProblem(undefined)
    } catch (error) {
      setProblem((error as Error).message)
      onChange(next)
    }
  }
  return (
    <JsonInput
      {...shared}
      error={problem ?? shared.error}
      errorProps={{ style: { whiteSpace: 'pre-line' } }}
      value={text}
      onChange={change}
      autosize
      minRows={3}
      formatOnBlur
    />
  )
}
