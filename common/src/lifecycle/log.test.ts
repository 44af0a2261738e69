import { describe, expect, it } from 'vitest'
import { createVirtualTime } from '../time/virtual-time.js'
import { BrokenInvariant, invariant } from './invariant.js'
import { createLog } from './log.js'

function collect(level: 'debug' | 'warn'): { lines: string[]; log: ReturnType<typeof createLog> } {
  const lines: string[] = []
  const log = createLog({
    level,
    clock: createVirtualTime(0),
    sink: line => lines.push(line),
    fields: { service: 'x' },
  })
  return { lines, log }
}

describe('a log', () => {
  it('writes one JSON line an event with time, level and fields', () => {
    const { lines, log } = collect('debug')

    log.child({ topic: 'a.b' }).warn('delivery.retry', { attempt: 2 })

    expect(lines.map(line => JSON.parse(line))).toEqual([
      {
        time: '1970-01-01T00:00:00.000Z',
        level: 'warn',
        event: 'delivery.retry',
        service: 'x',
        topic: 'a.b',
        attempt: 2,
      },
    ])
  })

  it('leaves out what is below its level', () => {
    const { lines, log } = collect('warn')

    log.info('quiet')
    log.error('loud')

    expect(lines).toHaveLength(1)
  })

  it('writes errors with code and causes', () => {
    const { lines, log } = collect('debug')
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })

    log.error('kafka.away', { error: new Error('no broker', { cause }) })

    expect(lines[0]).toContain('"cause":{"name":"Error","message":"refused","code":"ECONNREFUSED"}')
  })
})

describe('an invariant', () => {
  it('says nothing while it holds', () => {
    expect(() => invariant(true, 'never said')).not.toThrow()
  })

  it('throws with its figures when it is broken', () => {
    expect(() => invariant(false, 'window over its bound', { size: 11 })).toThrow(BrokenInvariant)
    expect(() => invariant(false, 'window over its bound', { size: 11 })).toThrow('{"size":11}')
  })
})
