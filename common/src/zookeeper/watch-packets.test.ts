import { describe, expect, it } from 'vitest'
import { packetBytesMax, watchPackets } from './watch-packets.js'

const paths = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `/${prefix}/${String(index).padStart(40, '0')}`)

describe('packets of watches', () => {
  it('are none when nothing is watched', () => {
    expect(watchPackets({ data: [], exist: [], children: [] })).toEqual([])
  })

  it('hold every path once, by its kind and in order', () => {
    const all = { data: paths('d', 5_000), exist: paths('e', 300), children: paths('c', 5_000) }

    const packets = watchPackets(all)

    expect(packets.length).toBeGreaterThan(1)
    for (const kind of ['data', 'exist', 'children'] as const)
      expect(packets.flatMap(packet => packet[kind])).toEqual(all[kind])
  })

  it('stay under their bound: at it one packet, one byte more makes two', () => {
    // Two paths of ten bytes, each with four bytes of length.
    const all = { data: ['/123456789'], exist: [], children: ['/äbcdefgh'] }

    expect(watchPackets(all, 28)).toHaveLength(1)
    expect(watchPackets(all, 27)).toHaveLength(2)
  })

  it('are below what the server takes at once', () => {
    const bytes = (list: readonly string[]): number => list.reduce((sum, path) => sum + 4 + path.length, 0)

    for (const { data, exist, children } of watchPackets({
      data: paths('d', 40_000),
      exist: [],
      children: [],
    }))
      expect(bytes(data) + bytes(exist) + bytes(children)).toBeLessThanOrEqual(packetBytesMax)
    expect(packetBytesMax).toBeLessThan(128 * 1024)
  })
})
