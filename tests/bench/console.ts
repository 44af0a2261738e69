/**
 * How soon the console answers a person: first load in a fresh browser, beside a page without scripts.
 * Takes a stack and how often. Gives bytes over the wire, first paint, and when the page's figures stood.
 */
import { startBrowser, type Browser } from '../support/browser.js'
import type { BenchStack } from './bench-stack.js'
import { table } from './markdown.js'
import { percentile } from './statistics.js'

interface Load {
  readonly bytes: number
  readonly paintMs: number
  readonly readyMs: number
}

/** Lines of Markdown: the overview beside `/docs`, which is HTML alone, best and median of `rounds`. */
export async function benchConsole(stack: BenchStack, rounds: number): Promise<readonly string[]> {
  const browser = await startBrowser(stack.management.url)
  try {
    const consoles: Load[] = []
    const plain: Load[] = []
    for (let round = 0; round < rounds; round++) {
      consoles.push(await load(browser, '/ui/'))
      plain.push(await load(browser, '/docs'))
    }
    return table(
      ['page', 'KiB over the wire', 'first paint ms, best', 'median', 'heading stands ms, best', 'median'],
      [rowOf('console, overview', consoles), rowOf('`/docs`, HTML alone', plain)],
    )
  } finally {
    await browser.stop()
  }
}

function rowOf(name: string, loads: readonly Load[]): readonly string[] {
  const at = (of: (each: Load) => number, share: number): string =>
    percentile(Float64Array.from(loads, of).sort(), share).toFixed(0)
  return [
    name,
    at(({ bytes }) => bytes / 1024, 0.5),
    at(({ paintMs }) => paintMs, 0),
    at(({ paintMs }) => paintMs, 0.5),
    at(({ readyMs }) => readyMs, 0),
    at(({ readyMs }) => readyMs, 0.5),
  ]
}

/** Every load has a browser context of its own: nothing is cached. */
async function load(browser: Browser, path: string): Promise<Load> {
  const { page, fileBytes, close } = await browser.open()
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  const readyMs = await page.evaluate<number>('performance.now()')
  await page.waitForLoadState('networkidle')
  const paintMs = await page.evaluate<number>(
    'performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN',
  )
  const bytes = fileBytes()
  await close()
  return { bytes, paintMs, readyMs }
}
