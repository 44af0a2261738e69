/**
 * What flowed over the last minutes, as charts: messages, attempts that failed, what waits, and how long
 * publishers and deliveries waited.
 * Takes whose history: nothing for everything, a topic, or a topic and a subscription. Gives a chart for each
 * kind of figure that it has; where management tells those of everything to others only, it says so.
 */
import { SimpleGrid, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { isRefused, useHistory, type History } from '../api/history.js'
import { useTellable } from './answer.js'
import { Chart, chartColors } from './chart.js'
import { Problem } from './problem.js'
import { rateOf, shortCountOf, spanOf } from './words.js'

interface Drawn {
  readonly title: string
  readonly wordsOf: (value: number | null) => string
  readonly lines: readonly Line[]
}

interface Line {
  /** In the history. */
  readonly name: string
  readonly label: string
  /** Left out of a subscription's charts: nothing is published to one. */
  readonly isOfTopics?: true
}

const drawn: readonly Drawn[] = [
  {
    title: 'Messages',
    wordsOf: rateOf,
    lines: [
      { name: 'published', label: 'published', isOfTopics: true },
      { name: 'delivered', label: 'delivered' },
      { name: 'discarded', label: 'given up' },
    ],
  },
  {
    title: 'Attempts that failed',
    wordsOf: rateOf,
    lines: [
      { name: 'failed', label: 'failed' },
      { name: 'retried', label: 'retried' },
    ],
  },
  { title: 'Messages that wait', wordsOf: shortCountOf, lines: [{ name: 'lag', label: 'waiting' }] },
  {
    title: 'How long an attempt takes',
    wordsOf: spanOf,
    lines: [
      { name: 'latencyP50Ms', label: 'half within' },
      { name: 'latencyP99Ms', label: '99 % within' },
    ],
  },
  {
    title: 'How long a publisher waits',
    wordsOf: spanOf,
    lines: [
      { name: 'publishP50Ms', label: 'half within', isOfTopics: true },
      { name: 'publishP99Ms', label: '99 % within', isOfTopics: true },
    ],
  },
]

/** The charts. */
export function FlowCharts({ of = [] }: { readonly of?: readonly string[] }): ReactNode {
  const { data, error } = useHistory(...of)
  const problem = useTellable(error)
  return (
    <>
      {problem !== null && !isRefused(problem) && <Problem error={problem} />}
      {isRefused(error) && of.length === 0 && (
        <Text size="sm" c="dimmed">
          Charts of everything are for who may read every group. The page of each topic and subscription has
          its own.
        </Text>
      )}
      {data !== undefined && <Drawings history={data} isOfTopics={of.length < 2} />}
    </>
  )
}

interface DrawingsProps {
  readonly history: History
  readonly isOfTopics: boolean
}

function Drawings({ history, isOfTopics }: DrawingsProps): ReactNode {
  const { series, stepMs } = history
  const fromMs = Date.parse(history.from)
  return (
    <SimpleGrid className="charts" cols={{ base: 1, md: 2 }}>
      {drawn.map(({ title, wordsOf, lines }) => {
        const known = lines.flatMap(({ name, label, isOfTopics: onlyThere = false }, index) => {
          const values = series[name]
          const color = chartColors[index] ?? chartColors[0]
          return values === undefined || (onlyThere && !isOfTopics) ? [] : [{ label, color, values }]
        })
        if (known.length === 0) return null
        return (
          <Chart key={title} title={title} fromMs={fromMs} stepMs={stepMs} series={known} wordsOf={wordsOf} />
        )
      })}
    </SimpleGrid>
  )
}
