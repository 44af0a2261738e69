/** Every command of README and the documents that a local stack can answer does what its page says. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startInbox, type Inbox } from '@iris/local-stack/inbox'
import type { ServiceProcess } from '@iris/local-stack/service'
import { planOf, type Step } from '../../scripts/pages/plan.js'
import { readFiles, readPages } from '../../scripts/pages/repository.js'
import { runPage } from '../support/pages/run-page.js'
import { openTerminal } from '../support/pages/terminal.js'
import { pageWorld } from '../support/pages/world.js'
import { startTestStack, type TestStack } from '../support/stack.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const plans = readPages(root, readFiles(root)).map(planOf)
const isRun = ({ holder }: Step): boolean => holder.kind === 'run'
const pages = plans.filter(({ steps }) => steps.some(isRun))

/** Places that the summary names for one reason. */
const placesMax = 6

let stack: TestStack
let inbox: Inbox
let guarded: ServiceProcess
let ran = 0
const folders: string[] = []

beforeAll(async () => {
  execFileSync('curl', ['--version']) // without it none of this can be told
  inbox = await startInbox({ port: 0 })
  stack = await startTestStack({
    ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper') },
    settings: {
      'frontend-service': { 'frontend.spool.directory': newFolder() },
      'management-service': { 'management.topic.partitions': '2' },
    },
  })
  guarded = await stack.addFrontend({
    'frontend.handlers.authentication.enabled': 'true',
    'frontend.spool.directory': '',
  })
})
afterAll(async () => {
  await stack.stop()
  await inbox.stop()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  process.stdout.write(summary())
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'iris-documents-'))
  folders.push(folder)
  return folder
}

/** What was run, and by name what was not. */
function summary(): string {
  const steps = plans.flatMap(each => each.steps)
  const count = (kind: string): number => steps.filter(({ holder }) => holder.kind === kind).length
  const others = new Map<string, string[]>()
  for (const { path, line, holder } of steps) {
    if (holder.kind !== 'test' && holder.kind !== 'reason') continue
    const words = holder.kind === 'test' ? `held by ${holder.text}` : `not run: ${holder.text}`
    others.set(words, [...(others.get(words) ?? []), `${path}:${line}`])
  }
  const listed = [...others].map(([words, places]) => {
    const more = places.length > placesMax ? ` and ${places.length - placesMax} more` : ''
    return `  ${words} (${places.slice(0, placesMax).join(', ')}${more})`
  })
  return [
    `documents: ${ran} of ${count('run')} commands run, ${count('words')} looked up by their words, others:`,
    ...listed,
    '',
  ].join('\n')
}

describe('the commands of', () => {
  it.concurrent.each(pages.map(({ path, steps }, index) => [path, steps, index] as const))(
    '%s do what it says',
    async (_path, steps, index) => {
      const wanted = steps.filter(isRun).length
      const [frontend] = stack.frontends
      const addresses = {
        IRIS_MANAGEMENT_URL: stack.management.url,
        IRIS_FRONTEND_URL: frontend?.url ?? '',
      }

      const count = await runPage(
        steps,
        pageWorld({ stack, inbox, guarded: guarded.url }, `p${index}`),
        openTerminal(newFolder(), addresses),
      )

      ran += count
      expect(count).toBe(wanted)
    },
  )
})
