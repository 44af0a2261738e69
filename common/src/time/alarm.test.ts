import { describe, expect, it } from 'vitest'
import { createAlarm } from './alarm.js'
import { createVirtualTime } from './virtual-time.js'

function world(): {
  time: ReturnType<typeof createVirtualTime>
  rung: number[]
  alarm: ReturnType<typeof createAlarm>
} {
  const time = createVirtualTime()
  const rung: number[] = []
  return { time, rung, alarm: createAlarm(time, () => void rung.push(time.monotonic())) }
}

describe('an alarm', () => {
  it('rings once, at the earliest time that was asked for', async () => {
    const { time, rung, alarm } = world()
    const startMs = time.monotonic()

    alarm.ringAt(startMs + 500, startMs)
    alarm.ringAt(startMs + 200, startMs)
    alarm.ringAt(startMs + 300, startMs)
    await time.advance(1000)

    expect(rung).toEqual([startMs + 200])
  })

  it('does not ring for Infinity, nor after it was stopped', async () => {
    const { time, rung, alarm } = world()
    const startMs = time.monotonic()

    alarm.ringAt(Infinity, startMs)
    alarm.ringAt(startMs + 200, startMs)
    alarm.stop()
    await time.advance(1000)

    expect(rung).toEqual([])
  })
})
