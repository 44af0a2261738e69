/**
 * One run of one seed: load, faults, drain, verdict.
 * Takes a stack that serves. Gives the verdict and the files it came from.
 * Promises: every fault it begins heals before it ends, whatever else goes wrong.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { residentBytesOf } from '../bench/process-cpu.js'
import { check, type Verdict } from './checker.js'
import { readCounters } from './counter-readings.js'
import { register } from './definitions.js'
import { faultOf, kindsOfFaults } from './faults/all.js'
import { openHistory, readHistories, type History, type RecordSource } from './history.js'
import { joinRun } from './joined-run.js'
import { monotonicMs } from './monotonic.js'
import { startParty } from './party.js'
import { seededRandom } from './random.js'
import { kinds, record } from './records.js'
import { planOf } from './run-plan.js'
import { partitionsPerTopic, sessionMs, type Member, type Stack } from './stack.js'
import { waitingCount } from './waiting.js'
import { lookAtCommits, makeDeadLetterTopics, readLog } from './witness.js'
import type { FarmOrder } from './farm.js'
import type { PlannedFault } from './schedule.js'
import type { PublishOrder } from './publishing/load.js'
import type { RunPlan } from './plan.js'

const sampleEveryMs = 1_000
const keys = 200

export interface RunOptions {
  readonly seed: number
  readonly seconds: number
  readonly messagesMin: number
  readonly perSecond: number
  readonly faults: readonly PlannedFault[]
  readonly hasHardReceivers: boolean
  /** False: nobody subscribes, so that only the log speaks. */
  readonly hasSubscriptions: boolean
  /** Where publishers go; null: to the frontends themselves. */
  readonly frontends: readonly string[] | null
  readonly print: (line: string) => void
}

export interface RunResult {
  readonly plan: RunPlan
  readonly verdict: Verdict
  readonly source: RecordSource
}

/** What the steps of a run share. */
interface Course {
  readonly stack: Stack
  readonly options: RunOptions
  readonly plan: RunPlan
  readonly history: History
  /** When the load began; faults are planned from here. */
  begunAt: number
}

/** Runs `options` on `stack`. */
export async function runSeed(stack: Stack, options: RunOptions): Promise<RunResult> {
  const { seed } = options
  const plan = planOf({
    seed,
    group: `chaos${seed}`,
    partitions: partitionsPerTopic,
    sessionMs,
    processes: membersOf(stack).map(each => each.name),
    faultKinds: kindsOfFaults(),
    hasSubscriptions: options.hasSubscriptions && stack.consumers.length > 0,
    hasHardReceivers: options.hasHardReceivers,
    hasCounters: options.faults.length === 0,
  })
  const dir = join(stack.dir, `seed-${seed}`)
  mkdirSync(dir)
  writeFileSync(join(dir, 'plan.json'), JSON.stringify(plan, null, 2))
  const files = ['publisher', 'farm', 'supervisor'].map(party => join(dir, `${party}.history`))
  const [publisherFile = '', farmFile = '', ownFile = ''] = files
  const course: Course = { stack, options, plan, history: openHistory(ownFile), begunAt: 0 }

  const farm = startParty(new URL('./farm.js', import.meta.url))
  const publisher = startParty(new URL('./publisher.js', import.meta.url))
  try {
    const farmUrl = await farm.ask<string>('open', { plan, file: farmFile } satisfies FarmOrder)
    await register(plan, stack.management.service.url, farmUrl)
    await makeDeadLetterTopics({ plan, bootstrap: stack.bootstrap })
    course.begunAt = monotonicMs()
    const load = publisher.ask('publish', loadOf(course, publisherFile))
    const faults = injectFaults(course).finally(() => publisher.ask('healed'))
    await Promise.all([watchCommits(course, Promise.all([load, faults]))])
    await drain(course)
    await publisher.ask('close')
    course.history.append(record({ kind: kinds.end, time: monotonicMs() }))
    await farm.ask('close')
    if (plan.hasCounters) await readCounters(stack, plan, course.history)
    await readLog({ plan, bootstrap: stack.bootstrap, history: course.history })
  } finally {
    course.history.close()
    await Promise.all([farm.end(), publisher.end()])
  }
  const source = readHistories(files)
  return { plan, verdict: check(joinRun(plan, source)), source }
}

function loadOf({ stack, options, plan }: Course, file: string): PublishOrder {
  const { perSecond, seconds, messagesMin } = options
  const frontends = options.frontends ?? stack.frontends.map(each => each.service.url)
  const management = stack.management.service.url
  return { plan, file, frontends, management, keys, perSecond, seconds, messagesMin }
}

/**
 * Begins each fault at its time and heals it at its end. All heal, also when one of them fails. On a slow
 * machine a restart may last until the next fault on the same thing: that one waits, or it would hit what is
 * already down.
 */
async function injectFaults(course: Course): Promise<void> {
  const whole = new Map<string, Promise<void>>()
  const running = course.options.faults.map(planned => {
    const { hits } = faultOf(planned.kind)
    const before = whole.get(hits) ?? Promise.resolve()
    const done = before.catch(() => undefined).then(() => injectOne(course, planned))
    whole.set(hits, done)
    return done
  })
  const outcomes = await Promise.allSettled(running)
  const failed = outcomes.find(each => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function injectOne(course: Course, planned: PlannedFault): Promise<void> {
  const { stack, options, history, begunAt } = course
  const fault = faultOf(planned.kind)
  await sleep(systemScheduler, Math.max(0, begunAt + planned.beginMs - monotonicMs()))
  const time = monotonicMs()
  const hit = await fault.begin(stack, seededRandom(options.seed, 100 + planned.number))
  const seconds = ((time - begunAt) / 1000).toFixed(1)
  options.print(
    `  ${seconds} s: #${planned.number} ${planned.kind} of ${hit.what} for ${planned.lengthMs} ms`,
  )
  await sleep(systemScheduler, Math.max(0, time + planned.lengthMs - monotonicMs()))
  await hit.heal()
  const detail = kindsOfFaults().indexOf(planned.kind)
  const end = monotonicMs()
  history.append(
    record({ kind: kinds.fault, id: planned.number, detail, subject: hit.target, time, other: end }),
  )
}

/** Looks at the committed offsets and at the processes' memory each second until `work` is done. */
async function watchCommits(course: Course, work: Promise<unknown>): Promise<void> {
  let isDone = false
  const ended = work.finally(() => (isDone = true))
  while (!isDone) {
    await Promise.race([sleep(systemScheduler, sampleEveryMs), ended])
    lookAtMemory(course)
    await look(course)
  }
  await ended
}

/**
 * Waits until everything stored is committed, or nothing has moved for as long as a backlog may stand still.
 */
async function drain(course: Course): Promise<void> {
  let lowest = Number.POSITIVE_INFINITY
  let movedAt = monotonicMs()
  for (;;) {
    const [lag, waiting] = await Promise.all([look(course), waitingCount(course.stack, course.plan)])
    const left = lag === null || waiting === null ? null : lag + waiting
    if (left === 0) return
    if (left !== null && left < lowest) {
      lowest = left
      movedAt = monotonicMs()
    }
    if (monotonicMs() - movedAt > course.plan.stuckMs) {
      course.options.print(
        `  the backlog of ${left ?? 'unknown'} messages has not moved for ${course.plan.stuckMs} ms`,
      )
      return
    }
    await sleep(systemScheduler, sampleEveryMs / 2)
  }
}

function look({ plan, stack, history }: Course): Promise<number | null> {
  return lookAtCommits({ plan, bootstrap: stack.bootstrap, history })
}

function membersOf({ frontends, consumers }: Stack): readonly Member[] {
  return [...frontends, ...consumers]
}

function lookAtMemory({ stack, history }: Course): void {
  membersOf(stack).forEach(({ service }, subject) => {
    if (service.pid === 0 || service.exit !== null) return
    const other = residentBytesOf(service.pid)
    if (other === 0) return
    history.append(record({ kind: kinds.memory, subject, id: service.pid, other, time: monotonicMs() }))
  })
}
