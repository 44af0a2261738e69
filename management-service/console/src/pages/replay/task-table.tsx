/**
 * Tasks as a table: state, progress, who asked for it, and the way to cancel what is under way.
 */
import { Button, Code, Progress, Spoiler, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { ActionDialog } from '../../ui/action-dialog.js'
import { Moment } from '../../ui/moment.js'
import { Table, type Column } from '../../ui/table.js'
import { pathTo } from '../subscriptions/names.js'
import { isOpen, percentOf, progressOf, stateOf, type Task } from './task-words.js'

interface TaskTableProps {
  readonly label: string
  readonly tasks: readonly Task[]
  readonly whenEmpty: string
  /** Columns before the others. */
  readonly first?: readonly Column<Task>[]
}

/** The table. */
export function TaskTable({ label, tasks, whenEmpty, first = [] }: TaskTableProps): ReactNode {
  const [cancelled, setCancelled] = useState<Task | null>(null)
  return (
    <>
      <Table
        label={label}
        name="tasks"
        columns={[...first, ...columns, cancelColumn(setCancelled)]}
        rows={tasks}
        keyOf={({ id }) => id}
        whenEmpty={whenEmpty}
      />
      <ActionDialog
        isOpen={cancelled !== null}
        onClose={() => setCancelled(null)}
        title="Cancel this task?"
        verb="Cancel the task"
        done="It stops"
        call={
          cancelled === null ? null : { method: 'DELETE', path: pathTo(cancelled, 'tasks', cancelled.id) }
        }
        isDangerous
      >
        What was delivered stays delivered; the rest is not sent.
      </ActionDialog>
    </>
  )
}

const columns: readonly Column<Task>[] = [
  { title: 'Asked', by: ({ createdAt }) => createdAt, cell: ({ createdAt }) => <Moment at={createdAt} /> },
  { title: 'State', by: stateOf, cell: stateOf },
  { title: 'Progress', cell: task => <TaskProgress task={task} />, width: 180 },
  { title: 'By', by: ({ createdBy }) => createdBy, cell: ({ createdBy }) => createdBy },
  {
    title: 'What',
    cell: ({ asked }) => (
      <Spoiler maxHeight={22} showLabel="More" hideLabel="Less">
        <Code style={{ overflowWrap: 'anywhere' }}>{JSON.stringify(asked)}</Code>
      </Spoiler>
    ),
  },
]

function TaskProgress({ task }: { readonly task: Task }): ReactNode {
  const percent = percentOf(task)
  return (
    <>
      <Text size="sm">{progressOf(task)}</Text>
      {percent !== null && isOpen(task) && (
        <Progress value={percent} animated={task.state === 'running'} aria-label={`Progress of ${task.id}`} />
      )}
      {task.failures.slice(0, 3).map(({ id, reason }) => (
        <Text key={id} size="xs" c="dimmed">
          {id}: {reason}
        </Text>
      ))}
    </>
  )
}

function cancelColumn(cancel: (task: Task) => void): Column<Task> {
  return {
    title: 'Cancel',
    cell: task =>
      isOpen(task) && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => cancel(task)}
          aria-label={`Cancel ${task.kind} ${task.id}`}
        >
          Cancel
        </Button>
      ),
  }
}
