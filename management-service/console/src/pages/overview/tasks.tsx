/**
 * The tasks under way, whose table is loaded where there is one.
 */
import { Skeleton } from '@mantine/core'
import { lazy, Suspense, type ReactNode } from 'react'
import { Section } from '../../ui/section.js'
import type { Overview } from './overview-shape.js'

const Table = lazy(async () => ({ default: (await import('../replay/tasks-under-way.js')).TasksUnderWay }))

/** The tasks; nothing where there is none. */
export function Tasks({ tasks }: { readonly tasks: NonNullable<Overview['tasks']> }): ReactNode {
  if (tasks.length === 0) return null
  return (
    <Section title="Tasks under way">
      <Suspense fallback={<Skeleton h={80} />}>
        <Table tasks={tasks} />
      </Suspense>
    </Section>
  )
}
