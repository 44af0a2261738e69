// pure
/**
 * Variable-length integers with a bound: seven bits a byte, the lowest first.
 * Takes safe integers. Gives bytes, and back.
 * Promises: neither side throws; a writer past its bound is full, a reader past sense has failed, both for
 * good.
 */

/** Weight of the eighth byte: no safe integer needs another. */
const longestScale = 2 ** 49

/** Appends numbers to at most `bytesMax` bytes. */
export class VarintWriter {
  private readonly buffer: Buffer
  private end = 0
  /** True once something did not fit. */
  isFull = false

  constructor(bytesMax: number) {
    this.buffer = Buffer.allocUnsafe(bytesMax)
  }

  /** Appends a safe integer of 0 or more. */
  unsigned(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest % 0x80) + 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.byte(rest)
  }

  /** Appends an integer of at most half the safe range, its sign in the lowest bit. */
  signed(value: number): void {
    this.unsigned(value >= 0 ? value * 2 : -value * 2 - 1)
  }

  toBuffer(): Buffer {
    return this.buffer.subarray(0, this.end)
  }

  private byte(value: number): void {
    if (this.end >= this.buffer.length) this.isFull = true
    else this.buffer[this.end++] = value
  }
}

/** Reads numbers one after the other; after a failure it gives zeros. */
export class VarintReader {
  private position = 0
  hasFailed = false

  constructor(private readonly buffer: Buffer) {}

  /** True when every byte was read and all made sense. */
  get isWhole(): boolean {
    return !this.hasFailed && this.position === this.buffer.length
  }

  unsigned(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.buffer[this.position++]
      if (byte === undefined || this.hasFailed) return this.fail()
      value += (byte & 0x7f) * scale
      if (value > Number.MAX_SAFE_INTEGER || scale > longestScale) return this.fail()
      if (byte < 0x80) return value
      scale *= 0x80
    }
  }

  signed(): number {
    const value = this.unsigned()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** Gives `value` back, and fails when a sum left the safe integers or fell below zero. */
  within(value: number): number {
    return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : this.fail()
  }

  private fail(): number {
    this.hasFailed = true
    return 0
  }
}
