import { describe, expect, it } from 'vitest'
import { Chunk } from './chunk.js'
import { ChunkCache } from './chunk-cache.js'
import { anonymous, encodeRecordBatch } from './record-batch.js'

const limits = { decompressedBytesMax: 1_000_000, isChecksumChecked: true }
const record = { key: null, value: [Buffer.alloc(700)], headers: [], timestampMs: 0 }
const chunk = (start: number, cache?: ChunkCache): Chunk => {
  const batch = encodeRecordBatch([record], anonymous)
  batch.writeInt32BE(start, 4)
  return new Chunk({ topic: 't', partition: 0 }, start, batch, limits, (grown, bytes) =>
    cache?.grown(grown, bytes),
  )
}
const one = chunk(0).bytes

const cacheOf = (bytesMax: number): { cache: ChunkCache; evicted: number[] } => {
  const evicted: number[] = []
  const cache = new ChunkCache({ bytesMax, idleTicks: 2 }, gone => evicted.push(gone.start))
  return { cache, evicted }
}

describe('the chunk cache', () => {
  it('holds what fits exactly and gives up the first when one more comes', () => {
    const { cache, evicted } = cacheOf(one * 3)
    for (const start of [1, 2, 3]) cache.add(chunk(start))
    expect(evicted).toEqual([])

    cache.add(chunk(4))

    expect(evicted).toEqual([1])
    expect(cache.bytesHeld).toBe(one * 3)
    expect(cache.forcedCount).toBe(1)
  })

  it('gives up what was read longest ago', () => {
    const { cache, evicted } = cacheOf(one * 2)
    const [first, second] = [chunk(1), chunk(2)]
    cache.add(first)
    cache.add(second)
    cache.tick()
    cache.touch(first)

    cache.add(chunk(3))

    expect(evicted).toEqual([2])
  })

  it('keeps a chunk that is larger than everything, alone', () => {
    const { cache, evicted } = cacheOf(10)
    cache.add(chunk(1))
    cache.add(chunk(2))

    expect(evicted).toEqual([1])
    expect(cache.bytesHeld).toBe(one)
  })

  it('counts what opening a batch takes, and makes room for it', () => {
    const { cache, evicted } = cacheOf(one * 2)
    const [first, second] = [chunk(1, cache), chunk(2, cache)]
    cache.add(first)
    cache.add(second)

    second.open(second.batch(0)!)

    expect(evicted).toEqual([1])
    expect(cache.bytesHeld).toBe(second.bytes)
    expect(second.bytes).toBeGreaterThan(one)
  })

  it('lets go of what nobody reads, and forgets without a word what all have read', () => {
    const { cache, evicted } = cacheOf(one * 9)
    const [first, second, third] = [chunk(1), chunk(2), chunk(3)]
    for (const each of [first, second, third]) cache.add(each)
    cache.remove(third)
    cache.tick()
    cache.tick()
    cache.touch(second)
    expect(evicted).toEqual([])

    cache.tick()

    expect(evicted).toEqual([1])
    expect(cache.bytesHeld).toBe(one)
    expect(cache.forcedCount).toBe(0)
  })
})

describe('a chunk', () => {
  it('holds bytes of its own when the answer it came in was larger', () => {
    const batch = encodeRecordBatch([record], anonymous)
    const answer = Buffer.concat([Buffer.alloc(10_000), batch])
    const small = new Chunk({ topic: 't', partition: 0 }, 0, answer.subarray(10_000), limits, () => undefined)
    const whole = new Chunk({ topic: 't', partition: 0 }, 0, batch, limits, () => undefined)

    expect(small.bytes).toBeLessThan(batch.length + 300)
    expect(whole.bytes).toBeLessThan(batch.length + 300)
  })
})
