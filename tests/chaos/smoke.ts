/**
 * The smoke: a run without faults and three fixed seeds on one stack, every fault that a release must
 * survive, and a control that must fail.
 * Promises: at least 20,000 messages and 10 faults, ZooKeeper away for three sessions, a leader killed, in 2
 * minutes.
 */
import { join } from 'node:path'
import { check, countOf } from './checker.js'
import { answersLostMax, runControl } from './controls/kafkajs-idempotent.js'
import { faultOf } from './faults/all.js'
import { readHistories } from './history.js'
import { joinRun } from './joined-run.js'
import { report, withServers, withStack, type Programme } from './programme.js'
import { seededRandom, shuffled } from './random.js'
import { schedule } from './schedule.js'
import { runSeed, type RunOptions } from './supervisor.js'
import type { Servers } from './stack.js'

const secondsPerSeed = 22
const messagesPerSeed = 6_800
const perSecond = 380
/** The load goes on after the last fault was begun, so that its healing is seen. */
const tailMs = 6_000

/** Which faults each seed must meet; their order, moments, lengths and targets come from the seed. */
const seeds: readonly { readonly seed: number; readonly faults: readonly string[] }[] = [
  { seed: 11, faults: ['broker-kill', 'consumers-leader-kill', 'lost-answers', 'frontend-kill'] },
  { seed: 12, faults: ['zookeeper-stop', 'lost-answers', 'frontend-pause'] },
  { seed: 13, faults: ['consumers-kill', 'broker-pause', 'cut-answers', 'consumers-pause'] },
]

/** Nobody is killed, so that counters can be compared with what happened. */
const calm = { seed: 10, seconds: 9, messagesMin: 0, perSecond: 200, faults: [], hasHardReceivers: false }

/** Runs the control, then the calm seed and the three others. */
export async function runSmoke(programme: Programme): Promise<boolean> {
  return withServers(programme, async servers => {
    const isCaught = await controlIsCaught(programme, servers)
    return withStack(programme, servers, async stack => {
      let isGood = isCaught
      const others = seeds.map(each => optionsOf(each.seed, each.faults, programme))
      for (const options of [{ ...calm, print: programme.print }, ...others]) {
        const result = await runSeed(stack, options)
        report(programme, result)
        isGood &&= result.verdict.isGood
      }
      return isGood
    })
  })
}

function optionsOf(seed: number, kinds: readonly string[], { print }: Programme): RunOptions {
  const random = seededRandom(seed)
  const drawn = shuffled(random, kinds).map(faultOf)
  const times = { fromMs: 2_000, untilMs: secondsPerSeed * 1000 - tailMs, restMs: 1_500 }
  const faults = schedule(random, drawn, times)
  return {
    seed,
    seconds: secondsPerSeed,
    messagesMin: messagesPerSeed,
    perSecond,
    faults,
    hasHardReceivers: false,
    print,
  }
}

/** An oracle that does not catch kafkajs' idempotent producer would not catch us. */
async function controlIsCaught({ dir, print }: Programme, servers: Servers): Promise<boolean> {
  const file = join(dir, 'control.history')
  const plan = await runControl({
    proxied: `127.0.0.1:${servers.proxy.port}`,
    proxy: servers.proxy,
    bootstrap: servers.kafka.bootstrap,
    file,
    seed: 1,
  })
  const verdict = check(joinRun(plan, readHistories([file])))
  const missing = countOf(verdict, 'missing')
  const { acknowledged } = verdict.figures
  print(
    `control, kafkajs idempotent without lanes: ${acknowledged} acknowledged, ${answersLostMax} answers lost,`,
  )
  print(`  ${missing} acknowledged messages missing: ${missing > 0 ? 'caught, as it must be' : 'NOT CAUGHT'}`)
  return missing > 0
}
