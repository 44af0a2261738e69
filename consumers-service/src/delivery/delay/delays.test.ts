import { describe, expect, it } from 'vitest'
import type { KafkaAdmin, TopicSettings } from '@iris/common/kafka/admin'
import { readDelayHeaders } from '@iris/common/kafka/delay-headers'
import type { AppendOutcome, Producer, ProducerMessage } from '@iris/common/kafka/producer'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { basePlan, world } from '../testing/pipeline-world.js'
import { createDelays } from './delays.js'

const hour = 3_600_000
const day = 24 * hour

async function setUp() {
  const time = createVirtualTime()
  const events: string[] = []
  const created: [string, TopicSettings][] = []
  const appended: ProducerMessage[] = []
  const kafka = { present: null as Record<string, string> | null, isUp: true }
  const admin = {
    describeTopic: async (name: string) =>
      name === basePlan.delayTopic && kafka.present !== null
        ? { partitions: 6, configs: kafka.present }
        : { partitions: 4, configs: {} },
    async createTopic(name: string, settings: TopicSettings) {
      if (!kafka.isUp) throw new Error('away')
      events.push('created')
      created.push([name, settings])
      return kafka.present === null ? 'created' : 'existed'
    },
    alterConfigs: async (_name: string, configs: object) => void events.push(JSON.stringify(configs)),
  } as unknown as KafkaAdmin
  const delays = createDelays(
    {
      producer: {
        prepare: async () => void events.push('prepared'),
        append: (message: ProducerMessage) => appended.push(message) > 0,
      } as unknown as Producer,
      admin,
      offsets: {
        commit: async (group: string, topic: string, rows: readonly object[]) =>
          void events.push(`committed ${group} ${topic} ${rows.length}`),
      } as never,
      announce: async (_plan, partitions) => void events.push(`announced ${partitions}`),
      ...{ clock: time, scheduler: time, log: silentLog },
    },
    { retentionMarginMs: day, replicationFactor: -1, storeMs: 5_000, retryMs: 1_000 },
  )
  const source = world()
  await source.open(3, [{ body: 'a', key: 'k' }])
  const letter = source.sent[0]!
  letter.failed({ reason: 'because', cause: '503', status: 503 })
  const stored: number[] = []
  const postpone = async (waitMs: number, plan = basePlan): Promise<void> => {
    const untilMs = time.now() + waitMs
    delays.postpone({ letter, plan, untilMs, stored: offset => stored.push(offset) })
    await time.advance(0)
  }
  const settle = async (outcome: AppendOutcome): Promise<void> => {
    appended.shift()?.done(outcome)
    await time.advance(0)
  }
  return { time, events, created, appended, kafka, letter, stored, postpone, settle }
}

describe('a postponed message', () => {
  it('lies in the level of its wait with all that was published and all that is known of it', async () => {
    const { time, appended, letter, stored, postpone, settle } = await setUp()
    await postpone(45_000)

    const [record] = appended
    const header = (name: string): Buffer | null =>
      record?.headers.findLast(([each]) => each === name)?.[1] ?? null
    expect(record).toMatchObject({ topic: 'g.t.s_delay', partition: 1, timestampMs: time.now() })
    expect([record?.key, Buffer.concat([...record!.value])]).toEqual([letter.entry.key, letter.entry.value])
    expect(readDelayHeaders(header)).toEqual({
      ...{ topic: 'g.t', partition: 3, offset: 0, publishedMs: letter.entry.timestampMs },
      ...{
        firstAttemptMs: time.now(),
        attempts: 1,
        lastStatus: 503,
        lastReason: 'because',
        lastCause: '503',
      },
      ...{ dueMs: time.now() + 30_000, untilMs: time.now() + 45_000 },
    })
    expect(stored).toEqual([])
    await settle({ kind: 'stored', partition: 1, offset: 8 })
    expect(stored).toEqual([8])
  })

  it('finds its topic made, its place committed and its owners told, in this order and once', async () => {
    const { events, created, postpone } = await setUp()
    await postpone(10_000)
    await postpone(10_000)

    expect(events).toEqual(['created', 'committed g_t_s g.t.s_delay 6', 'announced 6', 'prepared'])
    expect(created[0]).toEqual([
      'g.t.s_delay',
      {
        partitions: 6,
        replicationFactor: -1,
        configs: { 'retention.ms': String(10_000 + day), 'max.message.bytes': String(1_048_588 + 65_536) },
      },
    ])
  })

  it('keeps an existing topic longer when the window grew, and never shorter', async () => {
    const { events, kafka, postpone } = await setUp()
    kafka.present = { 'retention.ms': String(10_000 + day) }
    await postpone(10_000)
    expect(events).toEqual(['created', 'announced 6', 'prepared'])

    await postpone(10_000, { ...basePlan, policy: { ...basePlan.policy, messageTtlMs: hour } })
    expect(events.slice(3)).toEqual([
      'created',
      `{"retention.ms":"${hour + day}"}`,
      'announced 6',
      'prepared',
    ])
  })

  it.each<AppendOutcome>([
    { kind: 'unknown', detail: 'no answer' },
    { kind: 'notStored', cause: 'unknownTopic', detail: 'gone' },
  ])('is tried again after %j, due no earlier than it was', async outcome => {
    const { time, appended, stored, postpone, settle } = await setUp()
    await postpone(10_500)
    const untilMs = time.now() + 10_500
    await settle(outcome)
    await time.advance(1_000)

    const header = (name: string): Buffer | null =>
      appended[0]?.headers.findLast(([each]) => each === name)?.[1] ?? null
    expect(readDelayHeaders(header)).toMatchObject({ dueMs: untilMs + 500, untilMs: untilMs + 500 })
    expect(stored).toEqual([])
    await settle({ kind: 'stored', partition: 0, offset: 1 })
    expect(stored).toEqual([1])
  })

  it('waits for Kafka, and is forgotten when its partition is given away', async () => {
    const { time, appended, kafka, letter, postpone } = await setUp()
    kafka.isUp = false
    await postpone(10_000)
    await time.advance(3_000)
    expect(appended).toEqual([])
    letter.isGone = true
    kafka.isUp = true
    await time.advance(3_000)

    expect(appended).toEqual([])
    expect(time.pending()).toBe(0)
  })
})
