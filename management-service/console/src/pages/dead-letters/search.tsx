/**
 * The words that dead letters are looked for by; they go into the address.
 */
import { Button, Group, Select, TextInput } from '@mantine/core'
import type { ReactNode, SyntheticEvent } from 'react'
import { useLocation } from 'wouter'
import { pathTo, type Names } from '../subscriptions/names.js'
import { causeChoices, causeWord } from './cause-words.js'
import { addressWith, classWord, filterNames, type LetterFilter } from './letter-filter.js'

interface SearchProps {
  readonly names: Names
  readonly filter: LetterFilter
}

const classes = ['refused', 'expired', 'pipeline', 'parked'].map(value => ({
  value,
  label: classWord(value),
}))

/** The form. It begins anew with each filter, so that it shows what is in force. */
export function Search({ names, filter }: SearchProps): ReactNode {
  const [, go] = useLocation()
  const submit = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const wanted = filterNames.flatMap(name => {
      const value = form.get(name)
      return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
    })
    go(addressWith(pathTo(names, 'dead-letters'), Object.fromEntries(wanted)))
  }
  return (
    <form key={JSON.stringify(filter)} onSubmit={submit} aria-label="Look for dead letters">
      <Group align="flex-end" gap="xs">
        <Select
          size="xs"
          name="cause"
          label="Cause"
          data={withChosen(filter.cause)}
          defaultValue={filter.cause}
          clearable
        />
        <TextInput size="xs" name="reason" label="Reason holds" defaultValue={filter.reason} />
        <Select size="xs" name="class" label="It was" data={classes} defaultValue={filter.class} clearable />
        <TextInput size="xs" name="status" label="Last status" defaultValue={filter.status} w={90} />
        <TextInput size="xs" name="body" label="Body holds" defaultValue={filter.body} />
        <TextInput size="xs" name="messageId" label="Message id" defaultValue={filter.messageId} />
        <TextInput
          size="xs"
          name="from"
          label="Died from"
          placeholder="2026-05-01T12:00:00Z"
          defaultValue={filter.from}
        />
        <TextInput size="xs" name="to" label="Died before" defaultValue={filter.to} />
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
