import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import type { UnavailableTopic } from '@iris/common/kafka/topic-availability'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createKafkaCheck, type KafkaCheck } from './kafka-check.js'

const checkOf = (answers: readonly (UnavailableTopic | null | Error)[]) => {
  const time = createVirtualTime()
  const asked: number[] = []
  const check: KafkaCheck = createKafkaCheck({
    log: silentLog,
    scheduler: time,
    periodMs: 1_000,
    findUnavailable() {
      const answer = answers[asked.length] ?? null
      asked.push(time.monotonic())
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    },
  })
  return { check, time, asked }
}
const missing = { topic: 'acme.orders', reason: 'partition 0 has no leader' }

describe('the check of Kafka', () => {
  it('passes once every topic is available, asks on until then, and never again', async () => {
    const { check, time, asked } = checkOf([missing, new Error('no answer'), null, missing])

    check.start()
    for (let second = 0; second < 5; second++) await time.advance(1_000)

    expect(check.isPassed()).toBe(true)
    expect(asked).toHaveLength(3)
  })

  it('has not passed before Kafka has answered, and asks no more after a stop', async () => {
    const { check, time, asked } = checkOf([missing, missing, missing])
    check.start()
    await time.advance(10)
    check.stop()

    await time.advance(5_000)

    expect(check.isPassed()).toBe(false)
    expect(asked).toHaveLength(1)
  })
})
