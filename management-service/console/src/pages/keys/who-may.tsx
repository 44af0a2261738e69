/**
 * Which key may do what: everywhere, or with one topic that stands in the address (`?topic=`).
 */
import { Autocomplete, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { api, type Shapes } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Curl } from '../../ui/curl.js'
import { Go } from '../../ui/go.js'
import { Section } from '../../ui/section.js'
import { Table, type Column } from '../../ui/table.js'
import { pathOf } from '../../api/call.js'
import { groupOf } from '../groups/count-by-group.js'
import {
  reachOf,
  rightsOn,
  type GuardedTopic,
  type Holder,
  type Reason,
  type RightsOnTopic,
} from './rights.js'

const shownTopicsMax = 20

/** The part. `keys`: those that this person may see. */
export function WhoMay({ keys }: { readonly keys: readonly Holder[] }): ReactNode {
  const [params, setParams] = useSearchParams()
  const topic = params.get('topic') ?? ''
  const topics = api.useQuery('get', '/topics')
  const isOne = topics.data?.includes(topic) === true
  const choose = (next: string): void =>
    setParams(
      old => {
        const rest = [...old].filter(([name]) => name !== 'topic')
        return next === '' ? rest : [...rest, ['topic', next]]
      },
      { replace: true },
    )
  return (
    <Section title="Which key may do what">
      <Autocomplete
        label="With this topic"
        description="Left empty: everywhere"
        data={topics.data ?? []}
        limit={shownTopicsMax}
        value={topic}
        onChange={choose}
        maw={420}
      />
      {isOne ? <OnTopic topic={topic} keys={keys} /> : <Everywhere keys={keys} />}
      <Text size="sm" c="dimmed">
        Who comes with a token or a certificate has the roles that the configuration gives it, and is not
        listed here.
      </Text>
    </Section>
  )
}

const reachColumns: readonly Column<Holder>[] = [
  { title: 'Key', by: ({ name }) => name, cell: ({ name }) => name },
  { title: 'Reads and subscribes to', cell: holder => reachOf(holder).reads },
  { title: 'Changes', cell: holder => reachOf(holder).changes },
  { title: 'Publishes to', cell: holder => reachOf(holder).publishes || 'topics that ask nobody' },
  {
    title: 'Keys, and what is left to admins',
    by: ({ roles }) => Number(roles.includes('admin')),
    cell: ({ roles }) => (roles.includes('admin') ? 'yes' : 'no'),
  },
]

function Everywhere({ keys }: { readonly keys: readonly Holder[] }): ReactNode {
  return (
    <Table
      label="What keys may do everywhere"
      name="rights"
      columns={reachColumns}
      rows={keys}
      keyOf={({ name }) => name}
      whenEmpty="There is no key yet."
    />
  )
}

interface Row extends RightsOnTopic {
  readonly name: string
}

const rightColumns: readonly Column<Row>[] = [
  { title: 'Key', by: ({ name }) => name, cell: ({ name }) => name },
  column('Reads', ({ reads }) => reads),
  column('Subscribes', ({ subscribes }) => subscribes),
  column('Publishes', ({ publishes }) => publishes),
  column('Changes', ({ changes }) => changes),
]

function column(title: string, of: (row: Row) => Reason): Column<Row> {
  return {
    title,
    by: row => Number(of(row) !== null),
    cell: row => {
      const reason = of(row)
      return reason === null ? 'no' : `yes: ${reason}`
    },
  }
}

interface OnTopicProps {
  readonly topic: string
  readonly keys: readonly Holder[]
}

function OnTopic({ topic, keys }: OnTopicProps): ReactNode {
  const read = api.useQuery('get', '/topics/{topic}', { params: { path: { topic } } })
  return (
    <Answer of={read}>
      {definition => {
        const guarded = guardedOf(definition)
        return (
          <Stack gap="xs">
            <Table
              label={`What keys may do with ${topic}`}
              name="rights"
              columns={rightColumns}
              rows={keys.map(key => ({ name: key.name, ...rightsOn(guarded, key) }))}
              keyOf={({ name }) => name}
              whenEmpty="There is no key yet."
            />
            <Text size="sm">
              Owner: {guarded.owner}. {publishersOf(definition)}{' '}
              <Go isInText to={`${pathOf('topics', topic)}?tab=settings`}>
                Settings of the topic
              </Go>
            </Text>
            <Text size="sm">To let a service publish to it, make a key and name it in the topic:</Text>
            <Curl call={keyFor(topic)} />
            <Curl call={naming(topic, guarded)} />
          </Stack>
        )
      }}
    </Answer>
  )
}

const exampleName = 'my-service'

function keyFor(topic: string): { method: 'POST'; path: string; body: object } {
  return {
    method: 'POST',
    path: '/keys',
    body: { name: exampleName, roles: [`publisher:${groupOf(topic)}`] },
  }
}

function naming(topic: string, { publishers }: GuardedTopic): { method: 'PUT'; path: string; body: object } {
  const auth = { enabled: true, publishers: [...new Set([...(publishers ?? []), exampleName])] }
  return { method: 'PUT', path: pathOf('topics', topic), body: { auth } }
}

function guardedOf({ name, owner, auth, subscribingRestricted }: Shapes['Topic']): GuardedTopic {
  return {
    name: name ?? '',
    owner: owner?.id ?? '',
    publishers: auth?.enabled === true ? (auth.publishers ?? []).filter(name => name !== null) : null,
    isSubscribingRestricted: subscribingRestricted === true,
  }
}

function publishersOf({ auth }: Shapes['Topic']): string {
  if (auth?.enabled !== true) return 'It takes messages from anybody.'
  return auth.unauthenticatedAccessEnabled === true
    ? 'It takes messages from the keys that it names, and from who does not say who they are.'
    : 'It takes messages only from the keys that it names.'
}
