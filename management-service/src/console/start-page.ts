/**
 * What a browser is shown at `/` and `/ui`: the console that the configuration names, else ours, else
 * a plain page where ours was not built.
 * Takes the configuration. Gives HTML, read once, since it names the files of its own build.
 * Refuses, before anything starts, a folder that holds no console.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '@iris/common/config/load'
import type { ManagementConfig } from '../base.js'
import { indexPage } from './index-page.js'

/** A console as it is served. */
export interface StartPage {
  readonly html: string
  /** The folder with the files that the page names; null where it names none. */
  readonly directory: string | null
  readonly headers: Readonly<Record<string, string>>
}

const ours = fileURLToPath(new URL('../../console/dist', import.meta.url))

/** Nothing but what this address serves; the component library writes its variables into `style` elements. */
const policy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "object-src 'none'",
].join('; ')

const fresh = { 'Cache-Control': 'no-cache' }
const guarded = { ...fresh, 'Content-Security-Policy': policy, 'Referrer-Policy': 'no-referrer' }

/** The start page and where its files are. `built` is the folder of our own console. */
export function startPageOf(
  { consoleDirectory, inboxUrl }: Pick<ManagementConfig, 'consoleDirectory' | 'inboxUrl'>,
  built: string = ours,
): StartPage {
  if (consoleDirectory !== '') {
    return { html: readPage(consoleDirectory), directory: consoleDirectory, headers: fresh }
  }
  if (!existsSync(join(built, 'index.html'))) return { html: indexPage, directory: null, headers: guarded }
  return { html: told(readPage(built), inboxUrl !== ''), directory: built, headers: guarded }
}

/** Our page knows from its first moment what it leads to: it says that there is an inbox until it is told. */
function told(html: string, hasInbox: boolean): string {
  return hasInbox ? html : html.replace('name="iris-inbox" content="yes"', 'name="iris-inbox" content="no"')
}

function readPage(directory: string): string {
  try {
    return readFileSync(join(directory, 'index.html'), 'utf8')
  } catch (error) {
    throw new ConfigError([`IRIS_CONSOLE_DIRECTORY names no built console: ${(error as Error).message}`])
  }
}
