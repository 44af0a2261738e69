/**
 * Which processes of Iris live, of which kind and version, and whether they tell their figures.
 */
import { Alert, Badge, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Moment } from '../../ui/moment.js'
import { Page as Frame } from '../../ui/page.js'
import { Table, type Column } from '../../ui/table.js'
import { noteOf, type Process } from './note-of.js'

const periodMs = 5000

const kinds = { frontend: 'Frontend', consumers: 'Consumers', management: 'Management' } as const

const columns: readonly Column<Process>[] = [
  { title: 'Kind', by: ({ kind }) => kind, cell: ({ kind }) => kinds[kind] },
  {
    title: 'Address',
    by: ({ host, port }) => `${host}:${port ?? ''}`,
    cell: ({ host, port }) => (port === null ? host : `${host}:${port}`),
  },
  { title: 'Version', by: ({ version }) => version, cell: ({ version }) => version ?? '–' },
  { title: 'Up since', by: ({ startedAt }) => startedAt, cell: ({ startedAt }) => <Moment at={startedAt} /> },
  { title: 'Process', by: ({ pid }) => pid, cell: ({ pid }) => pid ?? '–', isNumeric: true },
  { title: 'Figures', cell: ({ answering }) => <Figures answering={answering} /> },
]

/** The page. */
export function Page(): ReactNode {
  const processes = api.useQuery('get', '/processes', {}, { refetchInterval: periodMs })
  return (
    <Frame title="Processes">
      <Text c="dimmed">
        Any number of each may run. Frontends take messages, consumers deliver them, management is what you
        look at.
      </Text>
      <Answer of={processes}>
        {found => {
          const note = noteOf(found)
          return (
            <>
              {note !== null && <Alert color="orange" title={note} role="status" />}
              <Table
                label="Processes"
                columns={columns}
                rows={found}
                keyOf={({ id, kind }) => `${kind} ${id}`}
                textOf={({ id, kind, host }) => `${id} ${kind} ${host}`}
                whenEmpty="ZooKeeper knows of no process."
                firstOrder={{ column: 0, isDown: false }}
              />
            </>
          )
        }}
      </Answer>
    </Frame>
  )
}

function Figures({ answering }: Pick<Process, 'answering'>): ReactNode {
  if (answering === null) return '–'
  return answering ? (
    <Badge color="teal" variant="light">
      told
    </Badge>
  ) : (
    <Badge color="red" variant="light">
      silent
    </Badge>
  )
}
