/**
 * What is looked for: a topic, and an id or a key.
 */
import { Autocomplete, Button, Group, SegmentedControl, TextInput } from '@mantine/core'
import type { ReactNode, SyntheticEvent } from 'react'
import { api } from '../../api/client.js'
import { useBegun } from '../../ui/use-begun.js'

/** The question. */
export interface Asked {
  readonly topic: string
  readonly by: 'id' | 'key'
  readonly text: string
}

interface TraceFormProps {
  readonly first: Asked
  readonly onSearch: (asked: Asked) => void
}

const shownTopicsMax = 20

/** The form. */
export function TraceForm({ first, onSearch }: TraceFormProps): ReactNode {
  const [asked, setAsked] = useBegun(first)
  const topics = api.useQuery('get', '/topics')
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    onSearch({ ...asked, topic: asked.topic.trim(), text: asked.text.trim() })
  }
  return (
    <form onSubmit={submit}>
      <Group align="end">
        <Autocomplete
          label="Topic"
          data={topics.data ?? []}
          limit={shownTopicsMax}
          value={asked.topic}
          onChange={topic => setAsked({ ...asked, topic })}
        />
        <SegmentedControl
          aria-label="Look by"
          data={[
            { value: 'id', label: 'Message id' },
            { value: 'key', label: 'Key' },
          ]}
          value={asked.by}
          onChange={by => setAsked({ ...asked, by: by === 'key' ? 'key' : 'id' })}
        />
        <TextInput
          label={asked.by === 'id' ? 'Message id' : 'Partition key'}
          value={asked.text}
          miw={320}
          onChange={event => setAsked({ ...asked, text: event.currentTarget.value })}
        />
        <Button type="submit" disabled={asked.topic.trim() === '' || asked.text.trim() === ''}>
          Find
        </Button>
      </Group>
    </form>
  )
}
