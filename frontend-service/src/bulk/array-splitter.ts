// pure
/**
 * Records as the elements of a JSON array.
 * Takes a body in pieces. Gives each element's bytes without the white space around it. Looks at nothing but
 * strings and brackets: whether an element is JSON is for whoever takes it. Promises: what is accepted here,
 * each element being JSON, is JSON as a whole; what is not an array is broken at the first byte that says so.
 */
import { byteShown } from '@iris/common/domain/json-check'
import { Carry, type Broken, type Split, type Splitter } from './splitter.js'

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const bracketOpen = 0x5b
const bracketClose = 0x5d
const braceOpen = 0x7b
const braceClose = 0x7d
/** In ASCII, from an opening bracket of either kind to its closing one. */
const closerDistance = 2
const byteOrderMark = Buffer.from('\ufeff')
const nothing: Buffer = Buffer.alloc(0)

/** Deeper brackets are counted and not paired in kind: no element so deep is taken by anybody. */
const pairedDepthMax = 128

type State = 'opening' | 'first' | 'value' | 'string' | 'container' | 'scalar' | 'after' | 'closed'

/** Makes a splitter; elements longer than `recordBytesMax` are not held. */
export function createArraySplitter(recordBytesMax: number): Splitter {
  return new ArraySplitter(recordBytesMax)
}

class ArraySplitter implements Splitter {
  private readonly carry: Carry
  private readonly closers = new Uint8Array(pairedDepthMax)
  private state: State = 'opening'
  private broken: Broken | null = null
  private piece = nothing
  private at = 0
  /** Where the element begins in this piece. */
  private start = 0
  /** Bytes of the pieces before this one. */
  private before = 0
  /** Bytes of a byte order mark so far. */
  private markBytes = 0
  private depth = 0
  private isInString = false
  private isEscaped = false
  private isOver = false

  constructor(recordBytesMax: number) {
    this.carry = new Carry(recordBytesMax)
  }

  push(piece: Buffer): void {
    this.before += this.piece.length
    this.piece = piece
    this.at = 0
    this.start = 0
  }

  end(): void {
    this.isOver = true
  }

  next(): Split {
    if (this.broken !== null) return this.broken
    while (this.at < this.piece.length) {
      const split = this.isInElement() ? this.element() : this.between(this.piece[this.at] as number)
      if (split !== null) return split
    }
    if (this.isOver) return this.state === 'closed' ? 'end' : this.endsTooEarly()
    if (this.isInElement() && this.start < this.at) {
      this.carry.add(this.piece, this.start, this.at)
      this.start = this.at
    }
    return 'more'
  }

  private isInElement(): boolean {
    return this.state === 'string' || this.state === 'container' || this.state === 'scalar'
  }

  /** One byte outside of elements; null to go on. */
  private between(byte: number): Broken | null {
    if (this.state === 'opening' && this.isMark(byte)) return this.go('opening')
    if (this.markBytes % byteOrderMark.length !== 0) return this.unexpected(byte)
    if (isSpace(byte)) return this.go(this.state)
    switch (this.state) {
      case 'opening':
        return byte === bracketOpen ? this.go('first') : this.unexpected(byte)
      case 'first':
        return byte === bracketClose ? this.go('closed') : this.begin(byte)
      case 'value':
        return this.begin(byte)
      case 'after':
        if (byte === bracketClose) return this.go('closed')
        return byte === comma ? this.go('value') : this.unexpected(byte)
      default:
        return this.unexpected(byte)
    }
  }

  private isMark(byte: number): boolean {
    if (this.markBytes !== this.before + this.at || byte !== byteOrderMark[this.markBytes]) return false
    this.markBytes++
    return true
  }

  private go(state: State): null {
    this.state = state
    this.at++
    return null
  }

  private begin(byte: number): Broken | null {
    if (byte === comma || byte === bracketClose || byte === braceClose) return this.unexpected(byte)
    this.start = this.at
    this.depth = 0
    if (byte === quote) return this.go('string')
    this.state = byte === bracketOpen || byte === braceOpen ? 'container' : 'scalar'
    return null
  }

  /** Bytes of an element up to its end or the piece's. */
  private element(): Split | null {
    if (this.state === 'scalar') return this.scalar()
    if (this.state === 'string') return this.string() ? this.finish() : null
    for (let byte = this.piece[this.at]; byte !== undefined; byte = this.piece[this.at]) {
      if (this.isInString) this.isInString = !this.string()
      else {
        const broken = this.bracket(byte)
        if (broken !== null) return broken
        this.at++
        if (this.depth === 0) return this.finish()
      }
    }
    return null
  }

  /** Whether the string ends in this piece. */
  private string(): boolean {
    const { piece } = this
    for (let at = this.at; at < piece.length; at++) {
      const byte = piece[at]
      if (this.isEscaped) this.isEscaped = false
      else if (byte === backslash) this.isEscaped = true
      else if (byte === quote) {
        this.at = at + 1
        return true
      }
    }
    this.at = piece.length
    return false
  }

  private bracket(byte: number): Broken | null {
    if (byte === quote) this.isInString = true
    else if (byte === braceOpen || byte === bracketOpen) {
      if (this.depth < pairedDepthMax) this.closers[this.depth] = byte + closerDistance
      this.depth++
    } else if (byte === braceClose || byte === bracketClose) {
      this.depth--
      if (this.depth < pairedDepthMax && byte !== this.closers[this.depth]) return this.unexpected(byte)
    }
    return null
  }

  private scalar(): Split | null {
    const { piece } = this
    for (; this.at < piece.length; this.at++) {
      const byte = piece[this.at] as number
      if (byte === comma || byte === bracketClose || isSpace(byte)) return this.finish()
      if (byte === braceClose) return this.unexpected(byte)
    }
    return null
  }

  private finish(): Split {
    this.state = 'after'
    return this.carry.take(this.piece, this.start, this.at)
  }

  private unexpected(byte: number): Broken {
    const place = this.before + this.at
    const where = this.state === 'closed' ? ' after its end' : ''
    return this.broke(`not a JSON array: unexpected ${byteShown(byte)} at byte ${place}${where}`)
  }

  private endsTooEarly(): Broken {
    return this.broke(`not a JSON array: it ends too early, after ${this.before + this.piece.length} bytes`)
  }

  private broke(problem: string): Broken {
    this.broken = { kind: 'broken', problem }
    return this.broken
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
