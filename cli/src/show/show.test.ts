import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { colourPaint, harmless, plainPaint, wantsColour } from './paint.js'
import { barLine } from './progress.js'
import { createScreen } from './screen.js'
import { tableLines } from './table.js'
import { bodyText, jsonLine, durationText } from './words.js'

const { signal: interrupted } = new AbortController()
const columns = [
  { title: 'NAME', isLong: true },
  { title: 'LAG', isRight: true },
  { title: 'ENDPOINT', isLong: true },
]
const rows = [
  ['shop.orders/billing', '12', 'https://billing.example.com/hooks/orders'],
  ['a.b/c', '1,234', 'http://c'],
]

describe('a table', () => {
  it('cuts the widest of what may be cut until it fits, and nothing in a pipe', () => {
    const fitting = tableLines(columns, rows, { width: 50, paint: plainPaint })
    const whole = tableLines(columns, rows, { width: Infinity, paint: plainPaint })

    expect(`\n${fitting.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      NAME                   LAG  ENDPOINT
      shop.orders/billing     12  https://billing.examp…
      a.b/c                1,234  http://c
      "
    `)
    expect(fitting.every(line => line.length <= 50)).toBe(true)
    expect(whole.join('\n')).toContain('https://billing.example.com/hooks/orders')
  })

  it('lets no cell steer the terminal, nor break a line', () => {
    const [, line] = tableLines([{ title: 'BODY' }], [['\x1b[31mred\nnext']], {
      width: 80,
      paint: plainPaint,
    })

    expect(line).toBe('\\x1b[31mred next')
  })

  it('paints a cell behind its padding, so that colours move no column', () => {
    const cells = [[{ text: 'ok', style: 'green' as const }, 'x']]
    const [, line] = tableLines([{ title: 'STATE' }, { title: 'Y' }], cells, {
      width: 80,
      paint: colourPaint,
    })

    expect(line).toBe('\x1b[32mok\x1b[0m     x')
  })
})

describe('words', () => {
  it('are coloured on a terminal only, and never against NO_COLOR', () => {
    expect(wantsColour(true, {})).toBe(true)
    expect([
      wantsColour(false, {}),
      wantsColour(true, { NO_COLOR: '1' }),
      wantsColour(true, { TERM: 'dumb' }),
    ]).toEqual([...[false, false, false]])
  })

  it('show bodies that are no text in base64, and others without control characters', () => {
    expect(bodyText(Buffer.from([0xff, 0x00]))).toBe('base64:/wA=')
    expect(bodyText(Buffer.from('a\nb\x07'))).toBe('a\\nb\\x07')
    expect(harmless('\x1b]0;title\x07')).toBe('\\x1b]0;title\\x07')
    expect(jsonLine({ name: '\x9d0;title\x9c\x1b' })).toBe('{"name":"\\u009d0;title\\u009c\\u001b"}\n')
  })

  it('tell durations in the units that matter', () => {
    expect([12.4, 2_450, 200_000, 7_260_000].map(durationText)).toEqual([
      '12 ms',
      '2.5 s',
      '3 min 20 s',
      '2 h 1 min',
    ])
  })
})

describe('a bar', () => {
  const stand = { what: 'redrive', done: 450, total: 1_000, elapsedMs: 3_000, note: '2 failed' }

  it('tells how far it is, how fast, and how long it takes', () => {
    expect(barLine(stand, 200)).toBe(
      'redrive [==========>             ] 45%  450/1,000  150/s  3.7 s left  2 failed',
    )
    expect(barLine({ ...stand, total: null, note: '' }, 200)).toBe('redrive  450  150/s')
    expect(barLine(stand, 20)).toHaveLength(20)
  })

  it('is drawn on a terminal only, stands below what is said, and is gone at its end', () => {
    const drawn = draw(true)
    const piped = draw(false)

    expect(drawn).toBe('\r\x1b[Kwork  1\r\x1b[Kproblem\nwork  1\r\x1b[K')
    expect(piped).toBe('problem\n')
  })

  function draw(isTTY: boolean): string {
    const stream = (): NodeJS.WriteStream =>
      Object.assign(new PassThrough(), { isTTY, columns: 80 }) as unknown as NodeJS.WriteStream
    const [output, error] = [stream(), stream()]
    const input = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.ReadStream
    const clock = { now: () => 0, monotonic: () => 0 }
    const screen = createScreen({ input, output, error, environment: {}, clock, interrupted })
    const bar = screen.bar('work')
    bar.at(1, null)
    screen.say('problem')
    bar.end()
    return String((error as unknown as PassThrough).read())
  }

  it('is no question: nobody is asked where nobody can answer', async () => {
    const stream = Object.assign(new PassThrough(), { isTTY: false }) as unknown
    const clock = { now: () => 0, monotonic: () => 0 }
    const [input, output] = [stream as NodeJS.ReadStream, stream as NodeJS.WriteStream]
    const { ask } = createScreen({ input, output, error: output, environment: {}, clock, interrupted })

    expect(await ask('Remove all?')).toBeNull()
  })

  it('ends a question at Ctrl-C, and takes the end of the input for no answer', async () => {
    const stream = (): unknown => Object.assign(new PassThrough(), { isTTY: true, columns: 80 })
    const clock = { now: () => 0, monotonic: () => 0 }
    const [input, output] = [stream() as NodeJS.ReadStream, stream() as NodeJS.WriteStream]
    const pressed = new AbortController()
    const screen = createScreen({
      ...{ input, output, error: output, environment: {}, clock, interrupted: pressed.signal },
    })
    const asked = screen.ask('Remove all?')
    pressed.abort()
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })

    const askedAfterwards = screen.ask('Cancel what goes on?')
    input.emit('end')
    expect(await askedAfterwards).toBe('')
  })
})
