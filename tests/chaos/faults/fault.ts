/**
 * What a fault is: how long it may last, what it does, and how it heals.
 * Takes the stack and chance. Gives the way to heal, which resolves when what was hit serves again.
 */
import type { Random } from '@iris/common/time/clock'
import type { Member, Stack } from '../stack.js'

/** What a fault takes away; two faults on one thing never overlap. */
export type Resource = 'kafka' | 'zookeeper' | 'consumers' | 'frontends' | 'proxy' | 'producer-ids'

/** A fault that has begun. */
export interface Hit {
  /** Which of several was hit, for the record. */
  readonly target: number
  /** For the printed list of faults. */
  readonly what: string
  heal(): Promise<void>
}

export interface Fault {
  readonly kind: string
  readonly hits: Resource
  /** Bounds of its length; the schedule draws between them. */
  readonly lengthMs: readonly [min: number, max: number]
  /** How often it is drawn, against the others. */
  readonly weight: number
  /** Drawn only where it is asked for by its name: too long, or too harsh, for every run. */
  readonly isByName?: true
  begin(stack: Stack, random: Random): Promise<Hit>
}

/** Kills `member` at once and starts it again when the fault heals. */
export async function killUntilHealed(member: Member, target: number): Promise<Hit> {
  await member.service.kill()
  return { target, what: member.name, heal: () => member.revive() }
}

/** Freezes `member`; it keeps its connections and answers nothing. */
export function pauseUntilHealed(member: Member, target: number): Hit {
  member.service.pause()
  return { target, what: member.name, heal: () => Promise.resolve(member.service.resume()) }
}
