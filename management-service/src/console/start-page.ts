/**
 * What a browser is shown at `/` and `/ui`: the built console where there is one, a page of ours otherwise.
 * Takes the configuration. Gives HTML, read once, since it names the files of its own build.
 * Refuses, before anything starts, a folder that holds no console.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '@iris/common/config/load'
import type { ManagementConfig } from '../base.js'
import { indexPage } from './index-page.js'

/** The HTML of the start page. */
export function startPageOf({ consoleDirectory }: Pick<ManagementConfig, 'consoleDirectory'>): string {
  if (consoleDirectory === '') return indexPage
  try {
    return readFileSync(join(consoleDirectory, 'index.html'), 'utf8')
  } catch (error) {
    throw new ConfigError([`IRIS_CONSOLE_DIRECTORY names no built console: ${(error as Error).message}`])
  }
}
