// pure
/**
 * The checksum of a record batch: CRC-32C (Castagnoli), not the CRC-32 of `zlib.crc32`.
 * Takes bytes and a range. Gives an unsigned 32-bit number.
 * Promises: eight bytes a step where the range is long enough (about 1 GB/s, three times the plain table).
 */

const polynomial = 0x82f63b78
const [table0, table1, table2, table3, table4, table5, table6, table7] = makeTables()

/** Words are read in the machine's order; the tables fit little-endian ones only. */
const hasWords = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** The checksum of `bytes` from `start` up to `end`. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const unaligned = (4 - ((bytes.byteOffset + start) & 3)) & 3
  const wordsStart = Math.min(end, start + unaligned)
  const stepsCount = hasWords ? (end - wordsStart) >>> 3 : 0
  const wordsEnd = wordsStart + stepsCount * 8
  let crc = byBytes(-1, bytes, start, wordsStart)
  if (stepsCount > 0) {
    crc = byWords(crc, new Int32Array(bytes.buffer, bytes.byteOffset + wordsStart, stepsCount * 2))
  }
  return ~byBytes(crc, bytes, wordsEnd, end) >>> 0
}

function byBytes(seed: number, bytes: Uint8Array, start: number, end: number): number {
  let crc = seed
  for (let at = start; at < end; at++) crc = look(table0, crc ^ (bytes[at] ?? 0)) ^ (crc >>> 8)
  return crc
}

/** Slicing by eight: each table holds the effect of a byte that has so many bytes after it. */
function byWords(seed: number, words: Int32Array): number {
  let crc = seed
  for (let at = 0; at < words.length; at += 2) {
    const low = (words[at] ?? 0) ^ crc
    const high = words[at + 1] ?? 0
    crc = look(table7, low) ^ look(table6, low >>> 8) ^ look(table5, low >>> 16) ^ look(table4, low >>> 24)
    crc ^=
      look(table3, high) ^ look(table2, high >>> 8) ^ look(table1, high >>> 16) ^ look(table0, high >>> 24)
  }
  return crc
}

/** The compiler inlines this; the default never applies and costs nothing. */
function look(table: Int32Array, index: number): number {
  return table[index & 0xff] ?? 0
}

type Table = Int32Array
type Tables = readonly [Table, Table, Table, Table, Table, Table, Table, Table]

function makeTables(): Tables {
  const plain = Int32Array.from({ length: 256 }, (_empty, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    return crc
  })
  const after = (table: Table): Table => table.map(crc => (crc >>> 8) ^ look(plain, crc))
  const second = after(plain)
  const third = after(second)
  const fourth = after(third)
  const fifth = after(fourth)
  const sixth = after(fifth)
  const seventh = after(sixth)
  return [plain, second, third, fourth, fifth, sixth, seventh, after(seventh)]
}
