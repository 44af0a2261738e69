// pure
/**
 * JSON numbers as Avro's numbers, exactly or not at all.
 * Takes a number as it stands in a JSON text. Gives its value, or null where the type cannot hold it: a wrong
 * number is never stored in silence.
 */

const exactDigits = 15
const longMin = -(2n ** 63n)
const longMax = 2n ** 63n - 1n
const intMin = -0x80000000
const intMax = 0x7fffffff

/** A whole number of 32 bits; `1.0` is one, `1.5` is none. */
export function intOf(raw: string): number | null {
  const value = Number(raw)
  return Number.isInteger(value) && value >= intMin && value <= intMax ? value : null
}

/** A whole number of 64 bits; big where a number would not be exact. */
export function longOf(raw: string): number | bigint | null {
  if (!/^-?\d+$/.test(raw)) {
    const value = Number(raw)
    return Number.isSafeInteger(value) ? value : null
  }
  if (raw.length <= exactDigits) return Number(raw)
  // A long text of digits is refused before it is read: reading it costs the square of its length.
  if (raw.length > 20) return null
  const value = BigInt(raw)
  return value >= longMin && value <= longMax ? value : null
}

/** A double; null where it would be infinite. */
export function doubleOf(raw: string): number | null {
  const value = Number(raw)
  return Number.isFinite(value) ? value : null
}

/** A float, as near as one comes; null where it would be infinite. */
export function floatOf(raw: string): number | null {
  const value = Number(raw)
  return Number.isFinite(Math.fround(value)) ? value : null
}
