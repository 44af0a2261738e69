/**
 * What a person does in the console, step by step, with the time that each step takes.
 * Takes a page and the names that are there. Gives each step with how long it took until it could be seen,
 * the longest task of the browser's main thread, and what management's answers weighed over the wire.
 */
import type { CDPSession, Locator, Page } from 'playwright-core'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { monotonicMs } from '../chaos/monotonic.js'

/** What stands where the walk goes. */
export interface Sights {
  readonly topics: number
  readonly subscriptions: number
  /** A topic with two subscriptions, and a word that is in its name and no other's. */
  readonly topic: string
  readonly word: string
  /** The group with the most topics. */
  readonly group: string
  readonly topicsOfGroup: number
}

export interface Step {
  readonly name: string
  readonly tookMs: number
  readonly longestTaskMs: number
  /** The longest wait for the shortest answer of management meanwhile. */
  readonly longestPauseMs: number
  readonly answerKiB: number
}

/** What is read beside the page. */
export interface Beside {
  /** Since it was read last. */
  longestPauseMs(): Promise<number>
}

/** How long the list of subscriptions is left open, polled as the page does. */
const watchedMs = 12_000
/** Long tasks are told late. */
const toldLateMs = 200

/** All steps, one after another. */
export async function walk(page: Page, beside: Beside, sights: Sights): Promise<readonly Step[]> {
  const meter = await meterOf(page)
  const steps: Step[] = []
  const step = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    await meter.restart()
    await beside.longestPauseMs()
    const beginMs = monotonicMs()
    await work()
    const tookMs = monotonicMs() - beginMs
    await sleep(systemScheduler, toldLateMs)
    const longestPauseMs = await beside.longestPauseMs()
    steps.push({ name, tookMs, longestPauseMs, ...(await meter.read()) })
  }
  for (const [name, work] of stepsOf(page, sights)) await step(name, work)
  return steps
}

type Work = readonly [string, () => Promise<unknown>]

function stepsOf(page: Page, sights: Sights): readonly Work[] {
  const { topic, word } = sights
  return [
    ['open the overview', () => open(page, '/ui/', many(sights.topics, 'topic'))],
    ['open the topics', () => openList(page, '/ui/topics', sights.topics)],
    ['type a word that one topic has', () => narrow(page, 'Topics', word, 1)],
    ['take it away again', () => narrow(page, 'Topics', '', sights.topics)],
    ['sort by content', () => sort(page, 'Content')],
    ['sort by name, down', () => sort(page, 'Topic')],
    ['open a topic', () => open(page, `/ui/topics/${topic}`, 'Messages so far', 'subscription1')],
    ['open the subscriptions', () => openList(page, '/ui/subscriptions', sights.subscriptions)],
    ['type a word that two subscriptions have', () => narrow(page, 'Subscriptions', word, 2)],
    ['take it away again', () => narrow(page, 'Subscriptions', '', sights.subscriptions)],
    ['sort by endpoint and owner', () => sort(page, 'Owner')],
    ['narrow to the paused', () => followTo(page, /^Paused/)],
    ['leave it open for 12 s', () => sleep(systemScheduler, watchedMs)],
    ['open the groups', () => open(page, '/ui/groups', sights.group)],
    ['open the largest group', () => openList(page, `/ui/groups/${sights.group}`, sights.topicsOfGroup)],
    ['search by keyboard: a letter of all names', () => search(page, topic.slice(0, 1), sights.group)],
    ['search by keyboard: the whole word', () => search(page, word, topic)],
    ['choose a topic in the trace', () => choose(page, word, topic)],
  ]
}

async function open(page: Page, path: string, ...texts: readonly string[]): Promise<void> {
  await page.goto(path, { waitUntil: 'commit' })
  for (const text of texts) await inSight(page.getByText(text))
}

/** A long table holds its widest row besides, where nobody sees it. */
function inSight(found: Locator): Promise<void> {
  return found.filter({ visible: true }).first().waitFor()
}

function openList(page: Page, path: string, rows: number): Promise<void> {
  return open(page, path, `${count(rows)} of ${count(rows)}`)
}

async function narrow(page: Page, label: string, word: string, rows: number): Promise<void> {
  const input = page.getByRole('textbox', { name: `Narrow down: ${label}` })
  await input.fill('')
  await input.pressSequentially(word)
  await page
    .getByRole('status')
    .filter({ hasText: `${count(rows)} of` })
    .waitFor()
}

async function sort(page: Page, title: string): Promise<void> {
  const head = page.getByRole('columnheader', { name: title, exact: true })
  const before = await head.getAttribute('aria-sort')
  await head.getByRole('button').click()
  await page
    .locator(`th[aria-sort]:not([aria-sort="${before ?? ''}"]):not([aria-sort="none"])`, { hasText: title })
    .waitFor()
}

async function followTo(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('link', { name }).click()
  await page.waitForURL(/state=paused/)
  await inSight(page.getByRole('table').getByText('Paused'))
}

async function search(page: Page, words: string, expected: string): Promise<void> {
  await page.keyboard.press('Control+k')
  const input = page.getByRole('textbox', { name: 'Search' })
  await input.fill('')
  await input.pressSequentially(words)
  await page.locator('[role=dialog] button', { hasText: expected }).first().waitFor()
  await page.keyboard.press('Escape')
  await input.waitFor({ state: 'detached' })
}

async function choose(page: Page, word: string, topic: string): Promise<void> {
  await page.goto('/ui/trace', { waitUntil: 'commit' })
  await page.getByRole('combobox', { name: 'Topic' }).pressSequentially(word)
  await page.getByRole('option', { name: topic }).waitFor()
}

interface Meter {
  restart(): Promise<void>
  read(): Promise<{ longestTaskMs: number; answerKiB: number }>
}

/** Long tasks are told by the page itself, also by the next one; bytes by the browser. */
async function meterOf(page: Page): Promise<Meter> {
  await page.addInitScript(`
    globalThis.longestTaskMs = 0
    new PerformanceObserver(list => {
      for (const { duration } of list.getEntries())
        globalThis.longestTaskMs = Math.max(globalThis.longestTaskMs, duration)
    }).observe({ type: 'longtask', buffered: true })
  `)
  let bytes = 0
  const wire: CDPSession = await page.context().newCDPSession(page)
  const questions = new Set<string>()
  wire.on('Network.responseReceived', ({ requestId, type }) => {
    if (type === 'Fetch' || type === 'XHR') questions.add(requestId)
  })
  wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (questions.delete(requestId)) bytes += encodedDataLength
  })
  await wire.send('Network.enable')
  return {
    async restart() {
      bytes = 0
      await page.evaluate('globalThis.longestTaskMs = 0')
    },
    async read() {
      const longestTaskMs = await page.evaluate<number>('globalThis.longestTaskMs')
      return { longestTaskMs, answerKiB: bytes / 1024 }
    },
  }
}

function many(value: number, what: string): string {
  return `${count(value)} ${what}s`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
