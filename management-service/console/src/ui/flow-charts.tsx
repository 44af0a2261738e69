/**
 * What flowed over the last minutes, as charts: messages, attempts that failed, latency and what waits.
 * Takes whose history: nothing for everything, a topic, or a topic and a subscription. Gives a chart for each
 * kind of figure, and nothing where management does not tell it to this person.
 */
import { SimpleGrid } from '@mantine/core'
import type { ReactNode } from 'react'
import { isRefused, useHistory, type History } from '../api/history.js'
import { Chart, chartColors } from './chart.js'
import { Problem } from './problem.js'
import { rateOf, shortCountOf, spanOf } from './words.js'

interface Drawn {
  readonly title: string
  readonly wordsOf: (value: number | null) => string
  /** Names in the history and what they are called. */
  readonly lines: readonly (readonly [name: string, label: string])[]
}

const drawn: readonly Drawn[] = [
  {
    title: 'Messages',
    wordsOf: rateOf,
    lines: [
      ['published', 'published'],
      ['delivered', 'delivered'],
    ],
  },
  {
    title: 'Attempts that failed',
    wordsOf: rateOf,
    lines: [
      ['failed', 'failed'],
      ['retried', 'retried'],
    ],
  },
  { title: 'Messages that wait', wordsOf: shortCountOf, lines: [['lag', 'waiting']] },
  {
    title: 'How long an attempt takes',
    wordsOf: spanOf,
    lines: [
      ['latencyP50Ms', 'half within'],
      ['latencyP99Ms', '99 % within'],
    ],
  },
]

/** The charts. */
export function FlowCharts({ of = [] }: { readonly of?: readonly string[] }): ReactNode {
  const { data, error } = useHistory(...of)
  return (
    <>
      {error !== null && !isRefused(error) && <Problem error={error} />}
      {data !== undefined && <Drawings history={data} />}
    </>
  )
}

function Drawings({ history }: { readonly history: History }): ReactNode {
  const { series, stepMs } = history
  const fromMs = Date.parse(history.from)
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      {drawn.map(({ title, wordsOf, lines }) => {
        const known = lines.flatMap(([name, label], index) => {
          const values = series[name]
          const color = chartColors[index] ?? chartColors[0]
          return values === undefined ? [] : [{ label, color, values }]
        })
        if (known.length === 0) return null
        return (
          <Chart key={title} title={title} fromMs={fromMs} stepMs={stepMs} series={known} wordsOf={wordsOf} />
        )
      })}
    </SimpleGrid>
  )
}
