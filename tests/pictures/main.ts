#!/usr/bin/env node
/**
 * `npm run pictures`: the pictures of the console in `docs/pictures`, taken anew.
 * Takes nothing: it starts a whole local stack on free ports, lets a shop live in it for some minutes and
 * looks at it in Chromium. Gives the files, and the exit code 0 only when every picture was taken.
 * Bounds: `lifeMs` of traffic at some 30 messages a second; everything it starts ends with it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createIrisApi } from '@iris/local-stack/iris-api'
import { startBrowser } from '../support/browser.js'
import { npmStart, stackPorts } from '../support/npm-start.js'
import { openShop } from './shop.js'
import { views, type View } from './views.js'

const folder = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url))
const lifeMs = 150_000
const print = (text: string): void => void process.stdout.write(`${text}\n`)

const ports = await stackPorts()
const dataDir = mkdtempSync(join(tmpdir(), 'iris-pictures-'))
const iris = npmStart(ports, ['--fresh', '--data', dataDir])
try {
  await iris.screen()
  const [frontend, management] = [
    `http://127.0.0.1:${ports.frontend}`,
    `http://127.0.0.1:${ports.management}`,
  ]
  const shop = await openShop(
    createIrisApi({ frontend, management }),
    `http://127.0.0.1:${ports.inbox}/inbox`,
  )
  print(`The shop lives for ${lifeMs / 1000} s.`)
  await shop.live(lifeMs)
  const lives = shop.live(lifeMs)
  const browser = await startBrowser(management)
  try {
    for (const view of views(shop.places)) print(await take(view))
  } finally {
    shop.close()
    await lives
    await browser.stop()
  }

  async function take({ name, path, look, until, prepare }: View): Promise<string> {
    const { page, faults, close } = await browser.open({ ...look, reducedMotion: 'reduce' })
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await prepare?.(page)
    await page.getByText(until).first().waitFor()
    await page.waitForLoadState('networkidle')
    await page.screenshot({ path: join(folder, `${name}.png`) })
    await close()
    if (faults.length > 0) throw new Error(`${path}: ${faults.join('; ')}`)
    return `docs/pictures/${name}.png`
  }
} finally {
  iris.signal('SIGINT')
  await iris.ended()
  rmSync(dataDir, { recursive: true, force: true })
}
