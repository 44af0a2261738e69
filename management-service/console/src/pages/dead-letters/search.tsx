/**
 * The words that dead letters are looked for by; they go into the address.
 */
import { Button, Group, Select, TextInput, type TextInputProps } from '@mantine/core'
import type { ReactNode, SyntheticEvent } from 'react'
import { useLocation } from 'wouter'
import { useBegun } from '../../ui/use-begun.js'
import { pathTo, type Names } from '../subscriptions/names.js'
import { causeChoices, causeWord } from './cause-words.js'
import { addressWith, classWord, type FilterName, type LetterFilter } from './letter-filter.js'

interface SearchProps {
  readonly names: Names
  readonly filter: LetterFilter
}

const classes = ['refused', 'expired', 'pipeline', 'parked'].map(value => ({
  value,
  label: classWord(value),
}))

/** The form. */
export function Search({ names, filter }: SearchProps): ReactNode {
  const [, go] = useLocation()
  const [wanted, setWanted] = useBegun(filter)
  const set = (name: FilterName, value: string | null): void => setWanted({ ...wanted, [name]: value ?? '' })
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    go(addressWith(pathTo(names, 'dead-letters'), wanted))
  }
  const text = (name: FilterName, label: string, rest: TextInputProps = {}): ReactNode => (
    <TextInput
      size="xs"
      label={label}
      value={wanted[name] ?? ''}
      onChange={event => set(name, event.currentTarget.value)}
      {...rest}
    />
  )
  const choice = (name: FilterName, label: string, data: typeof causeChoices): ReactNode => (
    <Select
      size="xs"
      label={label}
      data={data}
      value={wanted[name] === '' ? null : (wanted[name] ?? null)}
      onChange={value => set(name, value)}
      clearable
      clearButtonProps={{ 'aria-label': `Leave out: ${label}` }}
    />
  )
  return (
    <form onSubmit={submit} aria-label="Look for dead letters">
      <Group align="flex-end" gap="xs">
        {choice('cause', 'Cause', withChosen(filter.cause))}
        {text('reason', 'Reason holds')}
        {choice('class', 'It was', classes)}
        {text('status', 'Last status', { w: 90 })}
        {text('body', 'Body holds')}
        {text('messageId', 'Message id')}
        {text('from', 'Died from', { placeholder: '2026-05-01T12:00:00Z' })}
        {text('to', 'Died before')}
        <Button type="submit" size="xs" variant="default">
          Look for these
        </Button>
      </Group>
    </form>
  )
}

/** A status that the address names is among the choices too. */
function withChosen(cause: string | undefined): typeof causeChoices {
  if (cause === undefined || causeChoices.some(({ value }) => value === cause)) return causeChoices
  return [{ value: cause, label: causeWord(cause) }, ...causeChoices]
}
