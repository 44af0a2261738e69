/**
 * One dead letter: why it died, what it is, where it came from, and what can be done with it.
 */
import { Button, Code, Stack, Text } from '@mantine/core'
import { useRef, useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import type { PageParams } from '../../app/page-route.js'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { BodyView } from '../../ui/body-view.js'
import { Figures } from '../../ui/figures.js'
import { Go } from '../../ui/go.js'
import { Moment } from '../../ui/moment.js'
import { Page as Frame } from '../../ui/page.js'
import { Section } from '../../ui/section.js'
import { Table, type Column } from '../../ui/table.js'
import { namesIn, pathTo, type Names } from '../subscriptions/names.js'
import { placeIn, traceOf } from '../trace/addresses.js'
import { EditCopy } from './edit-copy.js'
import { bodyOf, keyOf, readable } from './letter-body.js'
import { classWord } from './letter-filter.js'
import type { LetterDetail } from './letter-shape.js'
import { Purge } from './purge.js'
import { Redrive } from './redrive.js'

type HeaderLine = LetterDetail['headers'][number]

/** The page. */
export function Page({ params }: { readonly params: PageParams }): ReactNode {
  const names = namesIn(params)
  const id = params['id'] ?? ''
  const [, go] = useLocation()
  const [isEdited, setEdited] = useState(false)
  const letter = api.useQuery('get', '/topics/{topic}/subscriptions/{subscription}/dead-letters/{id}', {
    params: { path: { ...names, id } },
  })
  const editing = useRef<HTMLButtonElement>(null)
  const leave = (): void => {
    setEdited(false)
    editing.current?.focus()
  }
  const back = (): void => go(pathTo(names, 'dead-letters'))
  return (
    <Frame
      title={`Dead letter ${id}`}
      above={[
        { label: names.subscription, address: pathTo(names) },
        { label: 'Dead letters', address: pathTo(names, 'dead-letters') },
      ]}
      actions={
        letter.data !== undefined && (
          <>
            <Button ref={editing} size="xs" variant="default" onClick={() => setEdited(true)}>
              Edit a copy
            </Button>
            <Redrive names={names} selection={{ ids: [id] }} onDone={back} />
            <Purge names={names} selection={{ ids: [id] }} onDone={back} />
          </>
        )
      }
    >
      <Answer of={letter}>
        {told =>
          isEdited ? (
            <EditCopy names={names} letter={told} onLeave={leave} />
          ) : (
            <Detail names={names} letter={told} />
          )
        }
      </Answer>
    </Frame>
  )
}

function Detail({ names, letter }: { readonly names: Names; readonly letter: LetterDetail }): ReactNode {
  const { messageId, reason, attempts, lastStatus, time, published, partition, offset, copyOf } = letter
  const key = keyOf(letter.key)
  return (
    <Stack>
      <Section title="Why it died">
        <Text>{reason}</Text>
        <Figures
          figures={[
            { label: 'It was', value: classWord(letter.class) },
            { label: 'Attempts', value: attempts },
            { label: 'Last answer', value: lastStatus ?? 'none' },
            { label: 'Died', value: <Moment at={time} /> },
            { label: 'Published', value: published === undefined ? '–' : <Moment at={published} /> },
            {
              label: 'In the topic',
              value: <Go to={placeIn(names.topic, letter)}>{`${partition} / ${offset}`}</Go>,
              note: 'partition / offset',
            },
          ]}
        />
        <Text size="sm">
          Message {messageId}:{' '}
          <Go isInText to={traceOf(names.topic, messageId)}>
            its way through Iris
          </Go>
          {copyOf !== undefined && (
            <>
              {' '}
              · an edited copy of{' '}
              <Go isInText to={pathTo(names, 'dead-letters', copyOf)}>
                {copyOf}
              </Go>
            </>
          )}
        </Text>
        <Text size="sm">
          {key === null ? (
            'It has no key.'
          ) : (
            <>
              Key: <Code>{key}</Code>
            </>
          )}
        </Text>
      </Section>
      <Section title="Body">
        <BodyView bodyText={readable(bodyOf(letter.body))} />
      </Section>
      <Headers title="What the publisher sent along" name="sent" lines={letter.propagated} />
      <Headers title="Headers of the record in Kafka" name="record" lines={letter.headers} />
    </Stack>
  )
}

const columns: readonly Column<HeaderLine>[] = [
  { title: 'Name', by: ({ name }) => name, cell: ({ name }) => name },
  { title: 'Value', cell: ({ value }) => value },
]

function Headers({
  title,
  name,
  lines,
}: {
  readonly title: string
  readonly name: string
  readonly lines: readonly HeaderLine[]
}): ReactNode {
  return (
    <Section title={title}>
      <Table
        label={`${title}: list`}
        name={name}
        columns={columns}
        rows={lines}
        keyOf={({ name, value }) => `${name} ${value}`}
        whenEmpty="Nothing."
      />
    </Section>
  )
}
