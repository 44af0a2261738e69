#!/usr/bin/env node
/**
 * `npm run chaos -- --minutes M --seed N`, `--hard` with hard receivers, `--calm` without faults,
 * `--brokers 3` with three brokers, `--disk` with a disk that is filled, or `--smoke`: load and the oracle's verdict. Takes arguments. Gives a report on standard output, and exit
 * code 0 only when every run was good. Promises: on failure it keeps the histories and tells the first bad
 * message's whole story.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runLong } from './long-run.js'
import { runSmoke } from './smoke.js'
import type { Programme } from './programme.js'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '400' },
    faults: { type: 'string' },
    hard: { type: 'boolean', default: false },
    brokers: { type: 'string', default: '1' },
    disk: { type: 'boolean', default: false },
    calm: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
})

const dir = mkdtempSync(join(tmpdir(), 'iris-chaos-'))
const print = (line: string): void => void process.stdout.write(line + '\n')
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
process.exit(isGood ? 0 : 1)
