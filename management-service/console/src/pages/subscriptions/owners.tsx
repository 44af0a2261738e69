/**
 * Who runs a subscription: the processes that own its partitions, and how far each partition is.
 */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { api, type ReadOf } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Section } from '../../ui/section.js'
import { figureColumn } from '../../ui/figure-column.js'
import { Table, type Column } from '../../ui/table.js'
import { countOf } from '../../ui/words.js'
import { readingOf, type Names } from './names.js'

const refetchInterval = 5000

type ConsumerGroup = ReadOf<'/topics/{topic}/subscriptions/{subscription}/consumer-groups'>[number]
type Member = ConsumerGroup['members'][number]

interface Row {
  readonly owner: string
  readonly partition: Member['partitions'][number] | null
}

const columns: readonly Column<Row>[] = [
  { title: 'Process', by: ({ owner }) => owner, cell: ({ owner }) => owner },
  figure('Partition', partition => partition.partition),
  figure('Settled up to', partition => partition.currentOffset),
  figure('End of the partition', partition => partition.logEndOffset),
  figure('Waiting', partition => partition.lag),
]

/** The table. */
export function Owners({ names }: { readonly names: Names }): ReactNode {
  const path = '/topics/{topic}/subscriptions/{subscription}/consumer-groups'
  const groups = api.useQuery('get', path, readingOf(names), { refetchInterval })
  return (
    <Section title="Who runs it">
      <Answer of={groups}>{told => told.map(group => <Group key={group.groupId} group={group} />)}</Answer>
    </Section>
  )
}

function Group({ group }: { readonly group: ConsumerGroup }): ReactNode {
  return (
    <>
      <Text size="sm" c="dimmed">
        Consumer group {group.groupId} in Kafka
      </Text>
      <Table
        label="Partitions and their owners"
        name="owners"
        columns={columns}
        rows={group.members.flatMap(rowsOf)}
        keyOf={({ owner, partition }) => `${owner} ${partition?.partition ?? ''}`}
        whenEmpty="No process runs it now. Where it is active, start a consumers process."
        firstOrder={{ column: 1, isDown: false }}
      />
    </>
  )
}

/** A member that is no process of Iris tells no partitions, and still has to be seen. */
function rowsOf({ consumerId, clientId, host, partitions }: Member): readonly Row[] {
  const owner =
    clientId === 'iris-consumers' ? `${consumerId} on ${host}` : `${consumerId} (foreign: ${clientId})`
  return partitions.length === 0
    ? [{ owner, partition: null }]
    : partitions.map(partition => ({ owner, partition }))
}

function figure(title: string, of: (partition: NonNullable<Row['partition']>) => number): Column<Row> {
  return figureColumn(title, ({ partition }) => (partition === null ? null : of(partition)), countOf)
}
