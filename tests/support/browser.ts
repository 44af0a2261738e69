/**
 * The system's Chromium, for tests of pages.
 * Takes an address. Gives pages that note every failure of the page and every request that leaves its origin.
 * Promises: an own profile that is removed, and no process left running; without a Chromium it says so.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type BrowserContextOptions, type Page } from 'playwright-core'
import { skippedFor } from './needed.js'

const executablePath = '/usr/bin/chromium'
const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]
/** A page that does not come in this time never will. */
const actionMsMax = 30_000

/** Why tests with a browser are skipped here; null when they run. Throws where none may be skipped. */
export function noBrowser(): string | null {
  const missing = `No browser at ${executablePath} (apt-get install chromium)`
  return skippedFor(existsSync(executablePath) ? null : missing)
}

/** A page with what went wrong on it. */
export interface WatchedPage {
  readonly page: Page
  /** Errors of scripts, refused resources, requests to other origins: none in a sound page. */
  readonly faults: readonly string[]
  /** Bytes of the page's own files so far, as they came over the wire, without what it asks of the API. */
  fileBytes(): number
  close(): Promise<void>
}

export interface Browser {
  open(options?: BrowserContextOptions): Promise<WatchedPage>
  stop(): Promise<void>
}

/** Starts it; pages are opened at paths below `origin`. */
export async function startBrowser(origin: string): Promise<Browser> {
  const browser = await chromium.launch({ executablePath, args: flags })
  return {
    async open(options = {}) {
      const context = await browser.newContext({ baseURL: origin, ...options })
      context.setDefaultTimeout(actionMsMax)
      const page = await context.newPage()
      const faults: string[] = []
      page.on('pageerror', error => faults.push(`failed: ${error.message}`))
      page.on('request', request => {
        if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin)
          faults.push(`left its origin: ${request.url()}`)
      })
      page.on('console', message => {
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          faults.push(`said: ${message.text()}`)
      })
      const wire = await context.newCDPSession(page)
      let bytes = 0
      const questions = new Set<string>()
      wire.on('Network.responseReceived', ({ requestId, type }) => {
        if (type === 'Fetch' || type === 'XHR') questions.add(requestId)
      })
      wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
        if (!questions.has(requestId)) bytes += encodedDataLength
      })
      await wire.send('Network.enable')
      return { page, faults, fileBytes: () => bytes, close: () => context.close() }
    },
    stop: () => browser.close(),
  }
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeFinding {
  readonly id: string
  readonly impact: string | null
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

/** What axe finds on the page that is serious or critical: rule, place and advice. */
export async function graveFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource)
  const found = await page.evaluate<AxeFinding[]>('axe.run().then(result => result.violations)')
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
    )
}
