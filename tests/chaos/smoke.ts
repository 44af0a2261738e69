/**
 * The smoke: a run without faults and three fixed seeds on one stack, every way to publish, every fault that
 * a release must survive, and controls that must fail.
 * Promises: 10 faults, 20,000 acknowledged messages, ZooKeeper away for three sessions, a leader killed.
 */
import { join } from 'node:path'
import { check, countOf } from './checker.js'
import { findLies } from './controls/lies.js'
import { answersLostMax, runControl } from './controls/kafkajs-idempotent.js'
import { faultOf } from './faults/all.js'
import { readHistories } from './history.js'
import { joinRun } from './joined-run.js'
import { report, withServers, withStack, type Programme } from './programme.js'
import { seededRandom, shuffled } from './random.js'
import { schedule } from './schedule.js'
import { runSeed, type RunOptions } from './supervisor.js'
import type { Servers } from './servers.js'
import type { Stack } from './stack.js'

const secondsPerSeed = 13
const perSecond = 600
/** Acknowledged, of each seed: a slow machine takes longer for them. */
const messagesMin = 6_800
/** The load goes on after the last fault was begun, so that its healing is seen. */
const tailMs = 6_000

/** Which faults each seed must meet; their order, moments, lengths and targets come from the seed. */
const seeds: readonly { readonly seed: number; readonly faults: readonly string[] }[] = [
  { seed: 19, faults: ['broker-kill', 'consumers-leader-kill', 'lost-answers', 'frontend-kill'] },
  { seed: 65, faults: ['zookeeper-stop', 'cut-answers', 'frontend-pause'] },
  { seed: 62, faults: ['consumers-kill', 'broker-pause', 'consumers-pause'] },
]

const common = { messagesMin: 0, hasHardReceivers: false, hasSubscriptions: true, frontends: null }

/** Nobody is killed, so that counters can be compared with what happened. */
const calm = { ...common, seed: 10, seconds: 4, perSecond: 200, faults: [] }

/** Liars in front of the frontends, and one of these away while they lie. */
const lying = {
  ...common,
  seed: 9,
  seconds: 3,
  perSecond: 200,
  faults: [{ number: 1, kind: 'frontend-kill', beginMs: 1_000, lengthMs: 500 }],
}

/** Runs the controls, then the calm seed and the others. */
export async function runSmoke(programme: Programme): Promise<boolean> {
  return withServers(programme, async servers => {
    const isCaught = await controlIsCaught(programme, servers)
    return withStack(programme, servers, async stack => {
      let isGood = (await liesAreCaught(programme, stack)) && isCaught
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

async function liesAreCaught({ print }: Programme, stack: Stack): Promise<boolean> {
  const lies = await findLies(stack, { ...lying, print: () => undefined })
  for (const { what, found } of lies) {
    print(`control, ${what}: ${found > 0 ? `caught ${found} times, as it must be` : 'NOT CAUGHT'}`)
  }
  return lies.every(each => each.found > 0)
}

function optionsOf(seed: number, kinds: readonly string[], { print }: Programme): RunOptions {
  const random = seededRandom(seed)
  const drawn = shuffled(random, kinds).map(faultOf)
  const times = { fromMs: 2_000, untilMs: secondsPerSeed * 1000 - tailMs, restMs: 1_500 }
  const faults = schedule(random, drawn, times)
  return { ...common, seed, seconds: secondsPerSeed, perSecond, messagesMin, faults, print }
}

/** An oracle that does not catch kafkajs' idempotent producer would not catch us. */
async function controlIsCaught({ dir, print }: Programme, servers: Servers): Promise<boolean> {
  const file = join(dir, 'control.history')
  const plan = await runControl({
    proxied: servers.proxied,
    proxy: servers.proxy,
    bootstrap: servers.bootstrap,
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
