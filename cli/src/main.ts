#!/usr/bin/env node
/**
 * The `iris` command: words in, exit code out.
 */
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { systemClock } from '@iris/common/time/clock'
import { run } from './run.js'

let interrupts = 0
process.on('SIGINT', () => {
  // The first lets the change under way end; who presses again does not want to wait for it.
  if (++interrupts > 1) process.exit(130)
  process.stderr.write('Ending after this change; press again to end at once.\n')
})

process.exitCode = await run(process.argv.slice(2), {
  environment: process.env,
  readFile: path => readFile(path, 'utf8').catch(() => null),
  writeFile: (path, text) => writeFile(path, text),
  readBeside: (file, path) => readTextOrNull(resolve(dirname(file), path)),
  out: text => void process.stdout.write(text),
  say: line => void process.stderr.write(`${line}\n`),
  isInterrupted: () => interrupts > 0,
  nowMs: () => systemClock.monotonic(),
})

/** A line break at the end of a secret's file is no part of the secret. */
function readTextOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch {
    return null // said by whoever wanted it, with the line in the file
  }
}
