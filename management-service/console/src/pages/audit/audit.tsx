/**
 * Who changed what: the newest first, narrowed by thing, person and kind, with what differs of each change.
 */
import { Accordion, Button, Code, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { send } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Go } from '../../ui/go.js'
import { Moment } from '../../ui/moment.js'
import { Page as Frame } from '../../ui/page.js'
import { addressOfThing, asText, wordsOf, type AuditPage, type Change } from './words-of.js'

const pageSize = '50'
const kinds = [
  { value: 'group', label: 'Groups' },
  { value: 'topic', label: 'Topics' },
  { value: 'subscription', label: 'Subscriptions' },
  { value: 'oauthProvider', label: 'OAuth providers' },
  { value: 'other', label: 'Everything else' },
]
const filters = ['name', 'user', 'kind'] as const

/** The page. */
export function Page(): ReactNode {
  const [params, setParams] = useSearchParams()
  const asked = Object.fromEntries(
    filters.flatMap(name => ((params.get(name) ?? '') === '' ? [] : [[name, params.get(name) ?? '']])),
  )
  const changes = useInfiniteQuery({
    queryKey: ['audit', asked],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...asked, limit: pageSize, ...(pageParam === '' ? {} : { after: pageParam }) }
      return send({ method: 'GET', path: '/audit', query }, signal) as Promise<AuditPage>
    },
    initialPageParam: '',
    getNextPageParam: page => page.next,
  })
  const narrow = (name: string, value: string): void =>
    setParams(
      old => {
        const next = new URLSearchParams(old)
        if (value === '') next.delete(name)
        else next.set(name, value)
        return next
      },
      { replace: true },
    )
  return (
    <Frame title="Audit">
      <Text c="dimmed">Every change of definitions, states, keys and messages, kept for a year.</Text>
      <Narrowing asked={asked} onNarrow={narrow} />
      <Answer of={changes}>{({ pages }) => <Changes changes={pages.flatMap(({ items }) => items)} />}</Answer>
      {changes.hasNextPage && (
        <Button
          variant="default"
          loading={changes.isFetchingNextPage}
          onClick={() => void changes.fetchNextPage()}
        >
          Show older ones
        </Button>
      )}
    </Frame>
  )
}

interface NarrowingProps {
  readonly asked: Readonly<Record<string, string>>
  readonly onNarrow: (name: string, value: string) => void
}

function Narrowing({ asked, onNarrow }: NarrowingProps): ReactNode {
  return (
    <Group align="end">
      <TextInput
        label="Of a group, topic or subscription"
        placeholder="demo.events"
        defaultValue={asked['name'] ?? ''}
        onBlur={event => onNarrow('name', event.currentTarget.value.trim())}
        onKeyDown={event => event.key === 'Enter' && onNarrow('name', event.currentTarget.value.trim())}
      />
      <TextInput
        label="By a person"
        defaultValue={asked['user'] ?? ''}
        onBlur={event => onNarrow('user', event.currentTarget.value.trim())}
        onKeyDown={event => event.key === 'Enter' && onNarrow('user', event.currentTarget.value.trim())}
      />
      <Select
        label="Kind"
        placeholder="All"
        data={kinds}
        clearable
        value={asked['kind'] ?? null}
        onChange={value => onNarrow('kind', value ?? '')}
      />
    </Group>
  )
}

function Changes({ changes }: { readonly changes: readonly Change[] }): ReactNode {
  if (changes.length === 0) return <Text c="dimmed">No change fits this.</Text>
  return (
    <Accordion chevronPosition="left">
      {changes.map(change => (
        <Accordion.Item key={change.id} value={change.id}>
          <Accordion.Control>
            <Group justify="space-between" gap="xs">
              <Text size="sm">{wordsOf(change)}</Text>
              <Text size="sm" c="dimmed">
                <Moment at={change.time} />
              </Text>
            </Group>
          </Accordion.Control>
          <Accordion.Panel>
            <OneChange change={change} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  )
}

function OneChange({ change }: { readonly change: Change }): ReactNode {
  const { request, asked, differences = [], isShortened } = change
  const address = addressOfThing(change)
  return (
    <Stack gap="xs">
      <Code block>{request}</Code>
      {address !== null && (
        <Text size="sm">
          <Go to={address}>To its page</Go>
        </Text>
      )}
      {isShortened === true && <Text size="sm">The definitions were too large to be kept.</Text>}
      {asked !== undefined && <Code block>{JSON.stringify(asked, null, 2)}</Code>}
      {differences.length > 0 && (
        <Table.ScrollContainer minWidth={320}>
          <Table aria-label="What differs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Member</Table.Th>
                <Table.Th>Before</Table.Th>
                <Table.Th>After</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {differences.map(({ member, before, after }) => (
                <Table.Tr key={member}>
                  <Table.Td>{member}</Table.Td>
                  <Table.Td>{asText(before)}</Table.Td>
                  <Table.Td>{asText(after)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  )
}
