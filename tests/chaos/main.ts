#!/usr/bin/env node
/**
 * `npm run chaos -- --minutes M --seed N`, `--hard` with hard receivers, `--calm` without faults,
 * `--brokers 3` with three brokers, `--disk` with a disk that is filled, `--seeds` for the runs of seeds.txt,
 * or `--smoke`: load and the oracle's verdict. Takes arguments. Gives a report, and exit code 0 only when all
 * was good; on failure it keeps the histories and tells the first bad message's whole story.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runLong } from './long-run.js'
import { keptRuns, runArguments, type RunArguments } from './run-arguments.js'
import { runSmoke } from './smoke.js'
import type { Programme } from './programme.js'

/** Beside the sources, not the built files. */
const seedsFile = fileURLToPath(new URL('../../chaos/seeds.txt', import.meta.url))
const print = (line: string): void => void process.stdout.write(line + '\n')

/** One run with its verdict; its files are kept when it was bad. */
async function run(values: RunArguments): Promise<boolean> {
  const dir = mkdtempSync(join(tmpdir(), 'iris-chaos-'))
  const programme: Programme = {
    dir,
    isPublishOnly: values.publish,
    brokersCount: Number(values.brokers),
    hasSmallDisk: values.disk,
    print,
  }
  const isGood = values.smoke
    ? await runSmoke(programme)
    : await runLong(programme, {
        minutes: Number(values.minutes),
        seed: Number(values.seed),
        perSecond: Number(values.rate),
        hasHardReceivers: values.hard,
        kinds: values.calm ? [] : (values.faults?.split(',') ?? null),
      })
  if (isGood && !values.keep) rmSync(dir, { recursive: true, force: true })
  else print(`histories and logs: ${dir}`)
  return isGood
}

/** Every run that once found something, one after another. */
async function replay(): Promise<boolean> {
  let areGood = true
  for (const words of keptRuns(readFileSync(seedsFile, 'utf8'))) {
    print(`\nnpm run chaos -- ${words.join(' ')}`)
    areGood = (await run(runArguments(words))) && areGood
  }
  return areGood
}

const values = runArguments(process.argv.slice(2))
process.exit((await (values.seeds ? replay() : run(values))) ? 0 : 1)
