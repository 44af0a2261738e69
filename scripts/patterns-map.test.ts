/**
 * The map of the patterns and the tests of their names, held against each other.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const project = fileURLToPath(new URL('../', import.meta.url))
const testsDir = `${project}tests/patterns`
const page = readFileSync(`${project}docs/patterns/README.md`, 'utf8')

/** How many rows each part has. */
const parts = { A: 9, B: 9, C: 13, D: 11, E: 11, F: 5, G: 8 } as const
const explanations = ['A6', 'B9', 'D11', 'E11', 'H']
const everyRow = Object.entries(parts).flatMap(([part, count]) =>
  Array.from({ length: count }, (_, index) => `${part}${index + 1}`),
)

interface MapRow {
  readonly row: string
  readonly test: string
}

function rowsOf(text: string): readonly MapRow[] {
  return text.split('\n').flatMap(line => {
    const cells = line.split('|').map(cell => cell.trim())
    const row = cells[1] ?? ''
    return /^[A-H]\d*$/.test(row) && cells.length === 8 ? [{ row, test: cells[6] ?? '' }] : []
  })
}

/** Rows that the names of tests speak of: `A1: …`, `C11 and C12 …`, `D1, D3 to D6: …`. */
function rowsNamedIn(source: string): ReadonlySet<string> {
  const titles = source.matchAll(/\b(?:describe|it)(?:\.\w+(?:\([^)]*\))?)*\(\s*(['"`])(.+?)\1/g)
  const named = [...titles].flatMap(([, , title = '']) =>
    [...title.matchAll(/\b([A-G])(\d{1,2})\b(?: to \1(\d{1,2})\b)?/g)].flatMap(
      ([, part = '', first = '', last = first]) =>
        Array.from({ length: Number(last) - Number(first) + 1 }, (_, n) => `${part}${Number(first) + n}`),
    ),
  )
  return new Set(named)
}

const rows = rowsOf(page)
const testOf = (row: string): string => rows.find(each => each.row === row)?.test ?? ''

describe('the map of the patterns', () => {
  it('has every row once, in order', () => {
    expect(rows.map(({ row }) => row)).toEqual([...everyRow, 'H'])
  })

  it('marks as docs those that are explanations, and no others', () => {
    expect(rows.filter(({ test }) => test === 'docs').map(({ row }) => row)).toEqual(explanations)
  })

  it('names for every other row a file with a test of its name', () => {
    const wrong = rows
      .filter(({ test }) => test !== 'docs')
      .filter(({ row, test }) => {
        const [, alias = row] = /^as ([A-G]\d+)$/.exec(test) ?? []
        const [, file = 'none'] = /^`([\w-]+\.test\.ts)`$/.exec(testOf(alias)) ?? []
        const path = `${testsDir}/${file}`
        return !existsSync(path) || !rowsNamedIn(readFileSync(path, 'utf8')).has(alias)
      })

    expect(wrong).toEqual([])
  })

  it('knows every test of a pattern', () => {
    const named = readdirSync(testsDir)
      .filter(file => file.endsWith('.test.ts'))
      .flatMap(file => [...rowsNamedIn(readFileSync(`${testsDir}/${file}`, 'utf8'))])

    expect(named.filter(row => !everyRow.includes(row))).toEqual([])
  })

  it('links to pages that are there', () => {
    const links = [...page.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, at = '']) => at)

    expect(links.filter(at => !existsSync(`${project}docs/patterns/${at}`))).toEqual([])
  })

  it('finds rows in the names of tests, and misses none that a range holds', () => {
    const source = `
      describe('D1, D3 to D5: exchanges', () => {})
      describe.skipIf(noServer)('C9 two systems', () => {})
      it.each(table)("E8: %s", () => {})
      it('has nothing of B7x or AB1', () => {})
      const other = 'A1: no test'`

    expect([...rowsNamedIn(source)].sort()).toEqual(['C9', 'D1', 'D3', 'D4', 'D5', 'E8'])
  })
})
