/**
 * One message of a topic: where it lies, its headers and body, and the way to its trace.
 * Takes its place, so that the address of the page is enough to see it again.
 */
import { Alert, Drawer, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { pathOf } from '../../api/call.js'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { BodyView } from '../../ui/body-view.js'
import { Curl } from '../../ui/curl.js'
import { Go } from '../../ui/go.js'
import { Lines } from '../../ui/lines.js'
import { Moment } from '../../ui/moment.js'
import { Section } from '../../ui/section.js'
import { bytesOf } from '../../ui/words.js'
import { traceOf } from '../trace/addresses.js'
import type { Message } from './message-shape.js'
import { placeText, type MessagePlace } from './message-words.js'

interface MessageDrawerProps {
  readonly topic: string
  /** Null where none is open. */
  readonly place: MessagePlace | null
  readonly onClose: () => void
}

/** The drawer. */
export function MessageDrawer({ topic, place, onClose }: MessageDrawerProps): ReactNode {
  return (
    <Drawer opened={place !== null} onClose={onClose} position="right" size="lg" title="Message">
      {place !== null && <Found topic={topic} place={place} />}
    </Drawer>
  )
}

function Found({ topic, place }: { readonly topic: string; readonly place: MessagePlace }): ReactNode {
  const { partition, offset } = place
  const query = { partition: String(partition), from: String(offset), max: 1 }
  const page = api.useQuery('get', '/topics/{topic}/browse', { params: { path: { topic }, query } })
  return (
    <Answer of={page}>
      {({ items: [message] }) =>
        message?.offset === offset ? (
          <Whole topic={topic} message={message} />
        ) : (
          <Text>Kafka has it no longer: it was kept for as long as the topic says.</Text>
        )
      }
    </Answer>
  )
}

function Whole({ topic, message }: { readonly topic: string; readonly message: Message }): ReactNode {
  const { id, key, time, partition, offset, size, headers, masked, problem, ...content } = message
  const names = Object.keys(headers)
  const trace = traceOf(topic, id)
  const path = pathOf('topics', topic, 'browse')
  const query = { partition: String(partition), from: String(offset), max: '1' }
  return (
    <Stack>
      {problem !== undefined && <Alert color="orange" title={problem} />}
      {masked && <Text size="sm">Some of it is hidden: management.messages.maskedMembers says what.</Text>}
      <Lines
        label="The message"
        lines={[
          { about: 'Id', words: id === '' ? 'none' : id },
          { about: 'Partition key', words: key ?? 'none' },
          { about: 'Stored', words: time === null ? 'not known' : <Moment at={time} /> },
          { about: 'Place', words: `partition ${partition}, offset ${offset}` },
          { about: 'Size', words: bytesOf(size) },
        ]}
      />
      {id !== '' && <Go to={trace}>Where did it go?</Go>}
      {names.length > 0 && (
        <Section title="Headers">
          <Lines label="Headers" lines={names.map(about => ({ about, words: headers[about] ?? '' }))} />
        </Section>
      )}
      <Section title="Body">
        <BodyView key={placeText(message)} {...content} />
      </Section>
      <Curl call={{ method: 'GET', path, query }} />
    </Stack>
  )
}
