/**
 * The drawn part of a chart, by the chart library.
 */
import 'uplot/dist/uPlot.min.css'
import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef, type ReactNode } from 'react'
import UPlot from 'uplot'
import { lonePoints } from './lone-points.js'
import type { ChartProps } from './series.js'
import { timeWords } from './time-axis.js'

const heightPx = 140

/** The lines over a grid; it is told in words beside it, so it is hidden from who does not see it. */
export function Drawing({ fromMs, stepMs, series, wordsOf }: ChartProps): ReactNode {
  const { ref, width } = useElementSize()
  const plot = useRef<UPlot | null>(null)
  const place = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme('light')
  const shape = series.map(({ label, color }) => `${label} ${color}`).join()
  const stepCount = Math.max(0, ...series.map(({ values }) => values.length))
  const times = Array.from({ length: stepCount }, (_, index) => (fromMs + index * stepMs) / 1000)
  const data = [times, ...series.map(({ values }) => [...values])] as UPlot.AlignedData

  useEffect(() => {
    if (place.current === null || width === 0) return
    const made = new UPlot(
      optionsOf(series, wordsOf, { width, isDark: scheme === 'dark' }),
      data,
      place.current,
    )
    plot.current = made
    return () => {
      plot.current = null
      made.destroy()
    }
    // The data come by `setData`: a new drawing each time would flicker and lose the cursor.
  }, [width, scheme, shape])
  useEffect(() => plot.current?.setData(data))
  return (
    <div ref={ref} aria-hidden>
      <div ref={place} style={{ height: heightPx }} />
    </div>
  )
}

/** A line needs two values: one between gaps is drawn as a point. */
const loneOnly: UPlot.Series.Points = {
  show: false,
  size: 5,
  filter: ({ data }, index) => [...lonePoints(data[index] ?? [])],
}

/** Room for the words of the time, and for the day below them only where it is told. */
function timeAxisPx(_plot: UPlot, words: readonly string[] | null): number {
  return words?.some(each => each.includes('\n')) === true ? 50 : 32
}

interface Look {
  readonly width: number
  readonly isDark: boolean
}

function optionsOf(
  series: ChartProps['series'],
  wordsOf: ChartProps['wordsOf'],
  { width, isDark }: Look,
): UPlot.Options {
  const stroke = isDark ? '#c9ccd0' : '#495057'
  const grid = { stroke: isDark ? '#3a3d42' : '#e3e6ea', width: 1 }
  const words = (values: readonly number[]): string[] => values.map(value => wordsOf(value))
  return {
    width,
    height: heightPx,
    legend: { show: false },
    cursor: { y: false },
    scales: {
      // One value alone has no width: the library would draw years around it.
      x: { range: ({ data: [times] }, min, max) => (times.length > 1 ? [min, max] : [min - 60, min]) },
      y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      { stroke, grid, values: (_plot, moments) => [...timeWords(moments)], size: timeAxisPx },
      { stroke, grid, size: 64, values: (_plot, values) => words(values) },
    ],
    series: [{}, ...series.map(({ label, color }) => ({ label, stroke: color, width: 2, points: loneOnly }))],
  }
}
