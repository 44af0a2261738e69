import { describe, expect, it } from 'vitest'
import { createGate } from './gate.js'

describe('a gate', () => {
  it('lets as many through as it has room for, refuses the next, and takes another when one has ended', async () => {
    const gate = createGate(2, 'searches')
    const ends: (() => void)[] = []
    const work = (): Promise<string> => new Promise(resolve => ends.push(() => resolve('done')))
    const first = gate(work)
    const second = gate(work)

    await expect(gate(work)).rejects.toMatchObject({ code: 'OVERLOADED', status: 503 })
    ends[0]?.()
    expect(await first).toBe('done')
    const third = gate(work)
    ends[1]?.()
    ends[2]?.()
    expect(await Promise.all([second, third])).toEqual(['done', 'done'])
  })

  it('counts work that failed as ended', async () => {
    const gate = createGate(1, 'searches')

    await expect(gate(() => Promise.reject(new Error('away')))).rejects.toThrow('away')
    expect(await gate(() => Promise.resolve(1))).toBe(1)
  })
})
