/**
 * The control of every way to publish: the same load and the same oracle, with liars in front of the
 * frontends, one of which is killed for a moment.
 * Gives for each lie how often it was found. An oracle that misses one would not catch us.
 */
import { check, countOf } from '../checker.js'
import { joinRun } from '../joined-run.js'
import { kinds } from '../records.js'
import { runSeed, type RunOptions } from '../supervisor.js'
import { ways } from '../ways.js'
import { startLiar } from './liar.js'
import type { RecordSource } from '../history.js'
import type { Stack } from '../stack.js'

export interface Lie {
  readonly what: string
  readonly found: number
}

const lies = [
  { what: '201 before Kafka has it', way: ways.single, check: 'missing' },
  { what: '202 before the disk has it', way: ways.spooled, check: 'missing' },
  { what: 'a second message for a key', way: ways.keyed, check: 'doubled' },
] as const

/** Runs it on `stack`. */
export async function findLies(stack: Stack, options: RunOptions): Promise<readonly Lie[]> {
  const liars = await Promise.all(stack.frontends.map(each => startLiar(each.service.url)))
  try {
    const frontends = liars.map(each => each.url)
    const { plan, source } = await runSeed(stack, { ...options, frontends, hasSubscriptions: false })
    return lies.map(({ what, way, check: name }) => {
      const verdict = check(joinRun(plan, ofWay(source, way)))
      return { what, found: countOf(verdict, name) }
    })
  } finally {
    await Promise.all(liars.map(each => each.close()))
  }
}

/** The records of one way's messages, and of what is nobody's. */
export function ofWay(source: RecordSource, way: number): RecordSource {
  const own = new Set<number>()
  source(each => {
    if (each.kind === kinds.invoke && each.detail === way) own.add(each.id)
  })
  const isOfMessage = (kind: number): boolean => kind !== kinds.fault && kind !== kinds.memory
  return visit =>
    source(each => {
      if (!isOfMessage(each.kind) || each.id === 0 || own.has(each.id)) visit(each)
    })
}
