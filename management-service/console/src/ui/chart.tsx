/**
 * Series over time as a chart, loaded when one is shown first.
 * Takes series of equal steps. Gives a drawing that follows the size of its place and the look of the
 * page, and the newest figures in words beside it for who does not see it.
 */
import { Box, Group, Paper, Skeleton, Text } from '@mantine/core'
import { lazy, Suspense, type ReactNode } from 'react'
import type { ChartProps } from './series.js'

const Drawing = lazy(async () => ({ default: (await import('./drawing.js')).Drawing }))

/** Colours that differ from each other in light and dark, and for most who see few colours. */
export const chartColors = ['#3b7ddd', '#d9480f', '#2b8a3e', '#9c36b5', '#b08900'] as const

/** The drawing keeps its colours also where a person has chosen all others. */
const colorKept = { forcedColorAdjust: 'none' } as const

/** The chart. */
export function Chart(props: ChartProps): ReactNode {
  const { title, series, wordsOf } = props
  const isEmpty = series.every(({ values }) => values.every(value => value === null))
  return (
    <Paper withBorder p="sm" component="figure" m={0}>
      <Group justify="space-between" component="figcaption" gap="xs">
        <Text fw={600} size="sm">
          {title}
        </Text>
        <Group gap="sm">
          {series.map(({ label, color, values }) => (
            <Text key={label} size="xs">
              <Box component="span" aria-hidden c={color} fw={900} style={colorKept}>
                ━{' '}
              </Box>
              {label} {wordsOf(newestOf(values))}
            </Text>
          ))}
        </Group>
      </Group>
      {isEmpty ? (
        <Text size="sm" c="dimmed" py="lg" ta="center">
          Nothing yet
        </Text>
      ) : (
        <Suspense fallback={<Skeleton h={140} />}>
          <Drawing {...props} />
        </Suspense>
      )}
    </Paper>
  )
}

function newestOf(values: readonly (number | null)[]): number | null {
  return values.findLast(value => value !== null) ?? null
}
