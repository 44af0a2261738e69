import { describe, expect, it } from 'vitest'
import { createMemoryDisk } from './testing/memory-disk.js'
import { limits, messageOf, openWorld, settled } from './testing/spool-world.js'

const segment = 'messages-000000000001.spool'
const noAnswer = { kind: 'unknown', detail: 'no answer' } as const

describe('a spooled message', () => {
  it('is told only after its file and the directory were synced', async () => {
    const disk = createMemoryDisk()
    const { spool } = await openWorld(disk, { drain: false })
    disk.calls.length = 0

    const message = messageOf('first')
    spool.accept(message)
    const keeping = await message.kept

    expect(keeping.kind).toBe('kept')
    expect(disk.calls).toEqual([`create ${segment}`, `write ${segment}`, `sync ${segment}`, 'syncDirectory'])
  })

  it('costs one sync of its file once the file has its name, and one for all that wait', async () => {
    const disk = createMemoryDisk()
    const { spool } = await openWorld(disk, { drain: false })
    const first = messageOf('first')
    spool.accept(first)
    await first.kept
    disk.calls.length = 0

    const many = Array.from({ length: 50 }, (_each, index) => messageOf(`m${index}`))
    many.forEach(message => spool.accept(message))
    await Promise.all(many.map(message => message.kept))

    expect(disk.calls.filter(call => call === `sync ${segment}`).length).toBeLessThanOrEqual(2)
    expect(disk.calls).not.toContain('syncDirectory')
  })

  it('goes to Kafka under its own id, and its status follows', async () => {
    const { spool, producer } = await openWorld(createMemoryDisk())
    const message = messageOf('one', { key: 'a', body: '{"n":1}' })

    spool.accept(message)
    await message.kept
    const before = spool.status('one')
    await settled()
    producer.answer()
    await settled()

    expect(before).toMatchObject({ id: 'one', topicName: 'acme.orders', settled: null })
    expect(producer.log).toMatchObject([
      { topic: 'k_acme.orders', id: 'one', key: 'a', value: '{"message":{"n":1}}' },
    ])
    expect(spool.status('one')?.settled?.end).toEqual({ kind: 'stored', partition: 1, offset: 0 })
    expect(spool.status('another')).toBeNull()
    expect(spool.messageCount()).toBe(0)
  })

  it('is never sent beside a batch that the producer still repeats', async () => {
    const { spool, producer, time } = await openWorld(createMemoryDisk())
    const message = messageOf('one')
    spool.accept(message)
    await message.kept
    await settled()
    const [sent] = producer.appended

    // A patient message is told of when its batch is stored or given up, whatever its deadline.
    expect(sent?.isPatient).toBe(true)
    await time.advance(limits.roundMs * 10)
    await settled()
    expect(producer.appended).toEqual([sent])

    sent?.done(noAnswer)
    await settled()
    await time.advance(1_000)
    await settled()
    expect(producer.appended).toHaveLength(2)
  })

  it('is found again by the next process, and what Kafka has is not sent again', async () => {
    const disk = createMemoryDisk()
    const first = await openWorld(disk)
    const [done, left] = [messageOf('done', { topic: 'acme.a' }), messageOf('left', { topic: 'acme.b' })]
    first.spool.accept(done)
    await settled()
    first.producer.answer()
    await settled()
    first.spool.accept(left)
    await left.kept
    await settled()
    first.spool.haltDrain()
    for (const each of first.producer.appended.splice(0)) each.done(noAnswer)
    await first.spool.close()

    const second = await openWorld(disk)
    await settled()
    second.producer.answer()
    await settled()

    expect(second.producer.log.map(each => each.id)).toEqual(['left'])
    expect(second.spool.status('done')?.settled?.end.kind).toBe('stored')
    expect(second.spool.status('left')?.settled?.end.kind).toBe('stored')
  })

  it('that is held waits for its word, and holds up those behind it', async () => {
    const { spool, producer } = await openWorld(createMemoryDisk())
    const [held, behind] = [messageOf('held', { isHeld: true }), messageOf('behind')]
    spool.accept(held)
    spool.accept(behind)
    await settled()
    const appendedWhileHeld = producer.appended.length

    const keeping = await held.kept
    if (keeping.kind !== 'kept') throw new Error(keeping.kind)
    spool.resolve(keeping.entry, { kind: 'stored', partition: 0, offset: 7 })
    await settled()
    producer.answer()
    await settled()

    expect(appendedWhileHeld).toBe(0)
    expect(spool.status('held')?.settled?.end).toMatchObject({ kind: 'stored', offset: 7 })
    expect(producer.log.map(each => each.id)).toEqual(['behind'])
  })
})

describe('a full or failing disk', () => {
  it('refuses, gives the space of the half message back, and takes messages again when there is room', async () => {
    const disk = createMemoryDisk()
    const { spool } = await openWorld(disk, { drain: false })
    const small = messageOf('small')
    spool.accept(small)
    await small.kept
    const usedBytes = disk.usedBytes()
    disk.capacity = usedBytes + 1_000

    const large = messageOf('large', { body: JSON.stringify('x'.repeat(5_000)) })
    spool.accept(large)

    expect(await large.kept).toMatchObject({ kind: 'full' })
    expect(disk.usedBytes()).toBe(usedBytes)
    expect(spool.status('large')).toBeNull()
    const next = messageOf('next')
    spool.accept(next)
    expect((await next.kept).kind).toBe('kept')
    const later = await openWorld(
      disk.crash(() => 0.99),
      { drain: false },
    )
    expect([later.spool.messageCount(), later.spool.status('large')]).toEqual([2, null])
  })

  it('goes on with another file after an error of the medium, and says whether the message may come back', async () => {
    const disk = createMemoryDisk()
    const { spool } = await openWorld(disk, { drain: false })
    disk.failingSyncs = 1
    const [first, second, third] = [messageOf('1'), messageOf('2'), messageOf('3')]

    spool.accept(first)
    expect(await first.kept).toMatchObject({ kind: 'failed', mayBeKept: false })
    disk.failingSyncs = 1
    disk.failingTruncates = 1
    spool.accept(second)
    expect(await second.kept).toMatchObject({ kind: 'failed', mayBeKept: true })
    spool.accept(third)
    expect(await third.kept).toMatchObject({ kind: 'kept' })
  })

  it.each([
    ['messages', { messagesMax: 3 }, '3 messages'],
    ['bytes', { bytesMax: 2_000 }, '2000 bytes'],
  ])(
    'is not waited for: the bound of %s refuses one more and takes it when there is room',
    async (_what, bound, text) => {
      const { spool, producer, time } = await openWorld(createMemoryDisk(), bound)
      const body = JSON.stringify('x'.repeat(300))
      const taken = ['1', '2', '3'].map(id => messageOf(id, { body }))
      taken.forEach(message => spool.accept(message))
      await settled()
      const over = messageOf('4', { body: JSON.stringify('x'.repeat(1_000)) })
      spool.accept(over)

      expect(taken.map(each => each.keeping?.kind)).toEqual(['kept', 'kept', 'kept'])
      const refused = await over.kept
      expect(refused).toMatchObject({ kind: 'full' })
      expect('detail' in refused && refused.detail).toContain(text)
      producer.answer()
      await settled()
      await time.advance(1)
      const again = messageOf('5')
      spool.accept(again)
      expect((await again.kept).kind).toBe('kept')
    },
  )
})

describe('a message while the disk hangs', () => {
  it('is refused as surely not kept once enough wait in memory, and none of those is told anything', async () => {
    const disk = createMemoryDisk()
    const { spool } = await openWorld(disk, { waitingBytesMax: 1_000, drain: false })
    disk.crash(() => 0)
    const body = JSON.stringify('x'.repeat(600))
    const waiting = ['1', '2'].map(id => messageOf(id, { body }))
    waiting.forEach(message => spool.accept(message))
    const over = messageOf('3')
    spool.accept(over)

    const refused = await over.kept
    expect(refused).toMatchObject({ kind: 'failed', mayBeKept: false })
    expect('detail' in refused && refused.detail).toMatch(/^the disk has not taken the \d{4} bytes/)
    expect(waiting.map(({ keeping }) => keeping)).toEqual([null, null])
    expect(spool.messageCount()).toBe(2)
  })

  it('counts no more as waiting once the disk has it', async () => {
    const { spool } = await openWorld(createMemoryDisk(), { waitingBytesMax: 1, drain: false })
    for (const id of ['1', '2', '3']) {
      const message = messageOf(id)
      spool.accept(message)
      expect((await message.kept).kind).toBe('kept')
    }
  })
})

describe('a message that Kafka will never take', () => {
  it.each([
    ['is too large', 'tooLarge' as const],
    ['is invalid', 'refused' as const],
  ])(
    'because it %s is refused with the reason and kept for people, and the next goes on',
    async (_why, cause) => {
      const disk = createMemoryDisk()
      const { spool, producer } = await openWorld(disk)
      const [bad, good] = [messageOf('bad', { body: '{"n":1}' }), messageOf('good')]
      spool.accept(bad)
      spool.accept(good)
      await settled()

      for (const message of producer.appended.splice(0)) {
        const isBad = message.headers.some(([, value]) => value.toString() === 'bad')
        if (isBad) message.done({ kind: 'notStored', cause, detail: 'Kafka said no' })
        else message.done({ kind: 'stored', partition: 0, offset: 0 })
      }
      await settled()
      producer.answer()
      await settled()

      expect(spool.status('bad')?.settled?.end).toEqual({ kind: 'refused', reason: 'Kafka said no' })
      expect(spool.status('good')?.settled?.end.kind).toBe('stored')
      const [line] = disk.content('refused.ndjson').toString().trim().split('\n')
      const kept = JSON.parse(line ?? '') as Record<string, string>
      expect(kept).toMatchObject({ messageId: 'bad', topic: 'acme.orders', reason: 'Kafka said no' })
      expect(Buffer.from(kept['value'] ?? '', 'base64').toString()).toBe('{"message":{"n":1}}')
    },
  )

  it('because its topic was removed is refused too', async () => {
    const { spool, removed } = await openWorld(createMemoryDisk())
    removed.add('acme.orders')
    const message = messageOf('orphan')

    spool.accept(message)
    await message.kept
    await settled()

    expect(spool.status('orphan')?.settled?.end).toMatchObject({ kind: 'refused' })
  })

  it('stays where it is while its refusal cannot be written down', async () => {
    const disk = createMemoryDisk()
    const { spool, removed, time } = await openWorld(disk)
    removed.add('acme.orders')
    const message = messageOf('orphan')
    spool.accept(message)
    await message.kept
    disk.capacity = disk.usedBytes()
    await settled()
    const during = spool.status('orphan')

    disk.capacity = Infinity
    await time.advance(10_000)
    await settled()

    expect(during?.settled).toBeNull()
    expect(spool.status('orphan')?.settled?.end.kind).toBe('refused')
  })

  it('is not meant by a word that may be another tomorrow', async () => {
    const { spool, producer, time } = await openWorld(createMemoryDisk())
    const message = messageOf('patient')
    spool.accept(message)
    await settled()

    for (const each of producer.appended.splice(0)) {
      each.done({ kind: 'notStored', cause: 'unknownTopic', detail: 'not there' })
    }
    await settled()
    const between = spool.status('patient')
    await time.advance(1_000)
    await settled()
    producer.answer()
    await settled()

    expect(between?.settled).toBeNull()
    expect(producer.log.map(each => each.id)).toEqual(['patient'])
  })
})

describe('files', () => {
  it('go when all in them is in Kafka', async () => {
    const disk = createMemoryDisk()
    const { spool, producer } = await openWorld(disk, { bytesMax: 1_000_000 })
    for (let round = 0; round < 5; round++) {
      const messages = Array.from({ length: 40 }, (_each, index) =>
        messageOf(`${round}-${index}`, { body: JSON.stringify('x'.repeat(1_000)) }),
      )
      messages.forEach(message => spool.accept(message))
      await Promise.all(messages.map(message => message.kept))
      while (spool.messageCount() > 0) {
        await settled()
        producer.answer()
      }
      await settled()
    }

    expect(producer.log).toHaveLength(200)
    expect(spool.bytesOnDisk()).toBeLessThan(65_536)
    expect(disk.calls.filter(call => call.startsWith('remove messages-')).length).toBeGreaterThan(0)
  })

  it('that were changed give what is whole, are counted and kept for people', async () => {
    const disk = createMemoryDisk()
    const first = await openWorld(disk, { drain: false })
    const messages = ['1', '2', '3'].map(id => messageOf(id))
    for (const message of messages) {
      first.spool.accept(message)
      await message.kept
    }
    await first.spool.close()
    disk.spoil(segment, Math.floor(disk.content(segment).length / 2))

    const { spool, counters, producer } = await openWorld(disk)
    await settled()
    producer.answer()
    await settled()

    expect(producer.log.map(each => each.id)).toEqual(['1', '3'])
    expect(counters.damage.damagedBytes).toBeGreaterThan(0)
    expect(spool.status('2')).toBeNull()
    expect(await disk.names()).toContain(`${segment}.damaged`)
  })

  it('of outcomes are forgotten after their time, and not before', async () => {
    const disk = createMemoryDisk()
    const { spool, producer, time } = await openWorld(disk, { statusRetentionMs: 60_000 })
    const message = messageOf('old')
    spool.accept(message)
    await settled()
    producer.answer()
    await settled()

    await time.advance(59_000)
    const before = spool.status('old')
    await time.advance(2_000)

    expect(before?.settled?.end.kind).toBe('stored')
    expect(spool.status('old')).toBeNull()
  })
})
