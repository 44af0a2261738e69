import { describe, expect, it } from 'vitest'
import { createLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createRareLog } from './rare-log.js'

describe('rare log', () => {
  it('writes the first of a name, then one in ten seconds with the number left out', async () => {
    const time = createVirtualTime()
    const lines: string[] = []
    const log = createLog({ level: 'info', clock: time, sink: line => lines.push(line), fields: {} })
    const warn = createRareLog(log, time)

    for (let index = 0; index < 100; index++) warn('a', { index })
    warn('b', {})
    await time.advance(10_000)
    warn('a', { index: 100 })

    expect(lines.map(line => JSON.parse(line) as unknown)).toMatchObject([
      { event: 'a', index: 0, leftOut: 0 },
      { event: 'b' },
      { event: 'a', index: 100, leftOut: 99 },
    ])
  })
})
