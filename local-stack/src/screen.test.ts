import { describe, expect, it } from 'vitest'
import { colours, paintFor, plain } from './paint.js'
import { screen, type ScreenFacts } from './screen.js'

const facts: ScreenFacts = {
  frontend: 'http://127.0.0.1:8080',
  management: 'http://127.0.0.1:8090',
  consumers: 'http://127.0.0.1:8000',
  inbox: 'http://127.0.0.1:8070',
  kafkaBrokers: '127.0.0.1:9092',
  zookeeper: '127.0.0.1:2181',
  ownServers: ['Kafka', 'ZooKeeper'],
  dataDir: '.iris',
  topic: 'demo.events',
  roundTrip: {
    body: '{"hello":"world","at":"2026-11-26T04:39:00.000Z"}',
    messageId: 'f0d1',
    storedMs: 1234.5,
    deliveredMs: 2345.6,
  },
  startMs: 12_345,
}
const text = screen(facts, plain)
/** What a terminal is told beside text. */
const withoutColours = (painted: string): string => painted.replaceAll(/\u001b\[\d+m/g, '')

describe('the screen of npm start', () => {
  it('fits a terminal of 80 columns and 24 lines with the usual ports', () => {
    const lines = text.split('\n')

    // The last of them is the line of the cursor.
    expect(lines.at(-1)).toBe('')
    expect(lines.length).toBeLessThanOrEqual(24)
    expect(lines.filter(line => line.length > 80)).toEqual([])
  })

  it('names the console, the inbox, what happened and how to stop', () => {
    for (const words of [
      'http://127.0.0.1:8090/ ',
      'http://127.0.0.1:8070/ ',
      'Ctrl-C',
      '.iris',
      '"hello":"world"',
    ])
      expect(text).toContain(words)
    expect(text).toContain('Kafka, ZooKeeper and the three services, ready after 12.3 s')
    expect(text).toContain('stored by Kafka after 1235 ms, in the inbox after 2346 ms')
  })

  it('says what was started where servers were given', () => {
    expect(screen({ ...facts, ownServers: [] }, plain)).toMatch(/^Iris is running: the three services, ready/)
    expect(screen({ ...facts, ownServers: ['ZooKeeper'] }, plain)).toContain(
      'ZooKeeper and the three services',
    )
  })

  it('has the same text in colours', () => {
    const painted = screen(facts, colours)

    expect(painted).not.toBe(text)
    expect(withoutColours(painted)).toBe(text)
  })
})

describe('colours', () => {
  it.each([
    [true, {}, colours],
    [true, { NO_COLOR: '' }, colours],
    [false, {}, plain],
    [true, { NO_COLOR: '1' }, plain],
    [true, { TERM: 'dumb' }, plain],
  ] as const)('on a terminal: %s, with %o', (isTerminal, environment, paint) => {
    expect(paintFor(isTerminal, environment)).toBe(paint)
  })
})
