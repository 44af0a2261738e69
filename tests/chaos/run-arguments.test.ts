import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { faultOf } from './faults/all.js'
import { keptRuns, runArguments } from './run-arguments.js'

const file = fileURLToPath(new URL('./seeds.txt', import.meta.url))

describe('the runs that found something', () => {
  const runs = keptRuns(readFileSync(file, 'utf8')).map(runArguments)

  it('can be replayed: each has a seed, minutes and faults that there are', () => {
    expect(runs.length).toBeGreaterThan(0)
    for (const { seed, minutes, faults, seeds } of runs) {
      expect(Number(seed)).toBeGreaterThan(0)
      expect(Number(minutes)).toBeGreaterThan(0)
      for (const kind of faults?.split(',') ?? []) expect(faultOf(kind).kind).toBe(kind)
      expect(seeds).toBe(false)
    }
  })

  it('hold the one with three brokers that repeated scheduled messages', () => {
    expect(runs).toContainEqual(
      expect.objectContaining({
        ...{ seed: '71', brokers: '3', faults: 'broker-kill,brokers-kill,broker-pause' },
      }),
    )
  })

  it('are lines of words; remarks and blank lines are none', () => {
    expect(keptRuns('# a remark\n\n  --seed 1  --hard\n--seed 2\n')).toEqual([
      ['--seed', '1', '--hard'],
      ['--seed', '2'],
    ])
    expect(() => runArguments(['--sed', '1'])).toThrow('--sed')
  })
})
