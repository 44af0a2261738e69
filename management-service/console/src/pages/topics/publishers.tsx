/**
 * Who publishes to a topic, as the frontends remember it, and who may.
 */
import { Alert, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Command } from '../../ui/command.js'
import { Moment } from '../../ui/moment.js'
import { Section } from '../../ui/section.js'
import { figureColumn } from '../../ui/figure-column.js'
import { Table, type Column } from '../../ui/table.js'
import { countOf } from '../../ui/words.js'
import { frontendOf, publishCommand } from './publish-command.js'
import { keyOf, othersOf, whoOf, type Publisher, type Told } from './publisher-words.js'
import { publishersOf, type Topic } from './topic-words.js'

/** Each look asks every frontend. */
const periodMs = 10_000

const columns: readonly Column<Publisher>[] = [
  { title: 'Publisher', by: whoOf, cell: whoOf },
  { title: 'Client', by: ({ client }) => client, cell: ({ client }) => client ?? '–' },
  figureColumn('Accepted', ({ accepted }) => accepted, countOf),
  figureColumn('Refused', ({ refused }) => refused, countOf),
  {
    title: 'Last message',
    by: ({ lastAt }) => Date.parse(lastAt),
    cell: ({ lastAt }) => <Moment at={lastAt} />,
    isNumeric: true,
  },
]

/** The publishers of the topic. */
export function Publishers({ topic }: { readonly topic: Topic }): ReactNode {
  const name = topic.name ?? ''
  const told = api.useQuery(
    'get',
    '/topics/{topic}/publishers',
    { params: { path: { topic: name } } },
    { refetchInterval: periodMs },
  )
  return (
    <Section title="Who publishes">
      {topic.auth?.enabled === true && <Text size="sm">May publish: {publishersOf(topic)}.</Text>}
      <Answer of={told}>
        {data => (
          <Stack gap="xs">
            {!data.complete && <Silent problems={data.problems} />}
            {data.publishers.length === 0 ? (
              <Nobody topic={topic} told={data} />
            ) : (
              <Table
                label={`Publishers of ${name}`}
                columns={columns}
                rows={data.publishers}
                keyOf={keyOf}
                textOf={row => `${whoOf(row)} ${row.client ?? ''}`}
                whenEmpty=""
                firstOrder={{ column: 4, isDown: true }}
              />
            )}
            <Below told={data} />
          </Stack>
        )}
      </Answer>
    </Section>
  )
}

function Silent({ problems }: { readonly problems: readonly string[] }): ReactNode {
  return (
    <Alert
      color="orange"
      icon={<IconAlertTriangle size={16} />}
      title="This may not be everybody"
      role="status"
    >
      {problems.map(problem => (
        <Text key={problem} size="sm">
          {problem}.
        </Text>
      ))}
    </Alert>
  )
}

interface ToldProps {
  readonly told: Told
}

/** How far back the rows go, and what they leave out. */
function Below({ told }: ToldProps): ReactNode {
  if (told.since === null || told.publishers.length === 0) return null
  const others = othersOf(told)
  return (
    <Text size="sm" c="dimmed">
      Counting began <Moment at={told.since} />, in the memory of the frontends.
      {others !== null && ` ${others}`}
    </Text>
  )
}

/** What helps where no frontend remembers a publisher: to publish. */
function Nobody({ topic, told }: ToldProps & { readonly topic: Topic }): ReactNode {
  const processes = api.useQuery('get', '/processes', {}, { retry: false })
  const frontend = frontendOf(processes.data ?? [])
  const body = '{"hello":"world"}'
  const hasKey = topic.auth?.enabled === true
  return (
    <Stack gap="xs">
      <Text c="dimmed">
        {told.since !== null && (
          <>
            No message yet; counting began <Moment at={told.since} />.{' '}
          </>
        )}
        A message is published with one request to a frontend:
      </Text>
      <Command command={publishCommand({ frontend, topic: topic.name ?? '', body, key: '', hasKey })} />
    </Stack>
  )
}
