/**
 * The tasks of a subscription: under way and ended, each with its progress; what is under way can be
 * cancelled.
 */
import { Button, Group } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Section } from '../../ui/section.js'
import { countOf } from '../../ui/words.js'
import { readingOf, type Names } from '../subscriptions/names.js'
import { TaskTable } from './task-table.js'
import type { Task } from './task-words.js'

const refetchInterval = 2000

/** So many are shown at first: those that one may wait for. */
const shownMax = 3

interface TasksProps {
  readonly names: Names
  readonly kind: Task['kind']
  readonly title: string
}

/** The list of one kind. */
export function Tasks({ names, kind, title }: TasksProps): ReactNode {
  const path = '/topics/{topic}/subscriptions/{subscription}/tasks'
  const tasks = api.useQuery('get', path, readingOf(names), { refetchInterval })
  const [isWhole, whole] = useDisclosure(false)
  return (
    <Section title={title}>
      <Answer of={tasks}>
        {told => {
          const own = told.filter(task => task.kind === kind)
          return (
            <>
              <TaskTable
                label={`${title}, the newest first`}
                tasks={isWhole ? own : own.slice(0, shownMax)}
                whenEmpty="There was none in the last seven days."
              />
              {own.length > shownMax && (
                <Group>
                  <Button size="xs" variant="default" onClick={whole.toggle} aria-expanded={isWhole}>
                    {isWhole ? `The newest ${shownMax}` : `All ${countOf(own.length)} of the last seven days`}
                  </Button>
                </Group>
              )}
            </>
          )
        }}
      </Answer>
    </Section>
  )
}
