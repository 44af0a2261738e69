// pure
/**
 * Which instance runs which slot of which subscription.
 * Takes subscriptions with their partition counts, live instances, the present assignment. Gives the next
 * one. Promises: deterministic; loads differ by one at most; a slot stays where it is unless its instance is
 * gone, the number of slots fell, or an even load needs the move.
 */

/** Slot `slot` of `of`: it has the partitions p with p mod `of` = `slot`. */
export interface Slot {
  readonly slot: number
  readonly of: number
}

/** Instance -> subscription -> slot. An instance has at most one slot of a subscription. */
export type Assignment = ReadonlyMap<string, ReadonlyMap<string, Slot>>

export interface BalanceRequest {
  readonly subscriptions: readonly {
    readonly id: string
    readonly partitions: number
    /** In the place of `consumersPerSubscription`, where somebody has said. */
    readonly consumersMax?: number | null
  }[]
  readonly instances: readonly string[]
  readonly present: Assignment
  readonly consumersPerSubscription: number
}

/** The partitions of a topic that belong to a slot. */
export function partitionsOfSlot({ slot, of }: Slot, partitions: number): readonly number[] {
  return Array.from({ length: partitions }, (_, partition) => partition).filter(each => each % of === slot)
}

/** Computes the next assignment. */
export function balance(request: BalanceRequest): Assignment {
  const instances = [...new Set(request.instances)].sort()
  const loads = new Map(instances.map(instance => [instance, new Map<string, number>()]))
  const wanted = new Map<string, number>()
  for (const { id, partitions, consumersMax } of request.subscriptions) {
    wanted.set(id, Math.min(consumersMax ?? request.consumersPerSubscription, instances.length, partitions))
  }
  const ids = [...wanted.keys()].sort()
  const missing = keepWhatMayStay(request.present, loads, wanted)
  for (const id of ids) for (const slot of missing.get(id) ?? []) place(loads, id, slot)
  even(loads)
  return new Map(
    [...loads].map(([instance, load]) => [
      instance,
      new Map(
        [...load]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([id, slot]) => [id, { slot, of: wanted.get(id) ?? 1 }]),
      ),
    ]),
  )
}

type Loads = ReadonlyMap<string, Map<string, number>>

/** Copies the assignments that may stay into `loads`; gives the slots nobody has. */
function keepWhatMayStay(
  present: Assignment,
  loads: Loads,
  wanted: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly number[]> {
  const missing = new Map([...wanted].map(([id, of]) => [id, Array.from({ length: of }, (_, slot) => slot)]))
  for (const [instance, load] of loads) {
    for (const [id, { slot }] of present.get(instance) ?? []) {
      const free = missing.get(id)
      const index = free?.indexOf(slot) ?? -1
      if (free === undefined || index < 0) continue
      free.splice(index, 1)
      load.set(id, slot)
    }
  }
  return missing
}

/** Gives a slot to the least loaded instance without that subscription; the first by name among equals. */
function place(loads: Loads, id: string, slot: number): void {
  let best: Map<string, number> | undefined
  for (const load of loads.values()) {
    if (!load.has(id) && (best === undefined || load.size < best.size)) best = load
  }
  best?.set(id, slot)
}

/**
 * Moves slots from the most to the least loaded until they differ by one at most; no more than to the
 * average.
 */
function even(loads: Loads): void {
  const average = [...loads.values()].reduce((sum, load) => sum + load.size, 0) / loads.size
  for (;;) {
    const sorted = [...loads.values()].sort((a, b) => a.size - b.size)
    const least = sorted[0]
    const most = sorted.at(-1)
    if (least === undefined || most === undefined || most.size - least.size <= 1) return
    for (const id of [...most.keys()].sort()) {
      const slot = most.get(id)
      if (slot === undefined || least.has(id)) continue
      most.delete(id)
      least.set(id, slot)
      const isDone = most.size <= Math.floor(average) || least.size >= Math.ceil(average)
      if (isDone || most.size - least.size <= 1) break
    }
  }
}
