import { expect, it } from 'vitest'
import { timeWords } from './time-axis.js'

const at = (text: string): number => Date.parse(text) / 1000
const words = (...moments: readonly string[]): readonly string[] => timeWords(moments.map(at), 'UTC')

it('tells hours and minutes of 24 hours, and seconds between full minutes', () => {
  expect(words('2026-11-26T06:58:00Z', '2026-11-26T06:58:30Z', '2026-11-26T18:59:00Z')).toEqual([
    '06:58',
    ':30',
    '18:59',
  ])
})

it('tells the day only where midnight lies between: at the first moment of each', () => {
  expect(words('2026-11-26T23:50:00Z', '2026-11-26T23:55:00Z', '2026-11-27T00:00:00Z')).toEqual([
    '23:50\n26 Nov',
    '23:55',
    '00:00\n27 Nov',
  ])
})

it('tells nothing of nothing, and goes by the time zone', () => {
  expect(words()).toEqual([])
  expect(timeWords([at('2026-11-26T06:58:00Z')], 'Asia/Kolkata')).toEqual(['12:28'])
})
