import { describe, expect, it } from 'vitest'
import { check, countOf, type Verdict } from './checker.js'
import { correctWays } from './correct-ways.js'
import { joinRun } from './joined-run.js'
import { kinds, messageStates, record, subscriptionStates, type HistoryRecord } from './records.js'
import { wayNames, ways } from './ways.js'

const seeds = [1, 2, 3]

type Records = readonly HistoryRecord[]

/** One thing done wrong on one of the ways, and the check that must see it. */
interface Mutant {
  readonly name: string
  readonly check: string
  mutate(records: Records): Records
}

/** A message of `way` that was acknowledged, in the calm after both kills, and is in Kafka. */
const one = (records: Records, way: number): number => {
  const stored = new Set(records.filter(each => each.kind === kinds.stored).map(each => each.id))
  const found = records.find(
    each => each.kind === kinds.invoke && each.detail === way && each.time > 5_000 && stored.has(each.id),
  )
  if (found === undefined) throw new Error(`no message of way ${wayNames[way]}`)
  return found.id
}

const isOf = (each: HistoryRecord, kind: number, id: number): boolean => each.kind === kind && each.id === id

const changed = (
  records: Records,
  pick: (each: HistoryRecord) => boolean,
  change: (each: HistoryRecord) => Partial<HistoryRecord>,
): Records => {
  expect(records.some(pick)).toBe(true)
  return records.map(each => (pick(each) ? { ...each, ...change(each) } : each))
}

/** Nothing but its publisher knows of message `id`. */
const withoutTrace = (records: Records, id: number): Records => {
  const traces: readonly number[] = [kinds.stored, kinds.arrive, kinds.answered]
  return records.filter(each => !(each.id === id && traces.includes(each.kind)))
}

/** Message `id` lies in Kafka once more, and is delivered once more. */
const storedAgain = (records: Records, id: number, change: Partial<HistoryRecord> = {}): Records => {
  const exchange = records.filter(each => each.kind === kinds.arrive).length
  const copies = records.flatMap(each => {
    if (isOf(each, kinds.stored, id)) return [{ ...each, ...change, other: 100_000 }]
    if (isOf(each, kinds.arrive, id)) return [{ ...each, ...change, exchange, time: each.time + 800 }]
    const other = each.other + 800
    return isOf(each, kinds.answered, id) ? [{ ...each, exchange, time: each.time + 800, other }] : []
  })
  return [...records, ...copies]
}

/** The message of the spool that the kill of a frontend made Kafka hold twice. */
const repeatedByKill = (records: Records, way: number): number => {
  const ofWay = new Set(
    records.filter(each => each.kind === kinds.invoke && each.detail === way).map(each => each.id),
  )
  const seen = new Set<number>()
  for (const { kind, id } of records) {
    if (kind !== kinds.stored || !ofWay.has(id)) continue
    if (seen.has(id)) return id
    seen.add(id)
  }
  throw new Error('nothing was repeated')
}

const told = (state: number) => (): Partial<HistoryRecord> => ({ detail: state })

const mutants: readonly Mutant[] = [
  ...wayNames.map((name, way): Mutant => {
    return {
      name: `an answer comes before the message is kept, and it never is (${name})`,
      check: 'missing',
      mutate: records => withoutTrace(records, one(records, way)),
    }
  }),
  {
    name: 'a record that was refused is stored all the same',
    check: 'invented',
    mutate: records => {
      const id = one(records, ways.bulk)
      return changed(
        records,
        each => isOf(each, kinds.ok, id),
        () => ({ kind: kinds.refused, status: 400 }),
      )
    },
  },
  {
    name: 'two records of a key in one request change places',
    check: 'inverted',
    mutate: records => {
      const id = one(records, ways.bulk)
      const own = records.find(each => isOf(each, kinds.invoke, id))
      return changed(
        records,
        each =>
          each.kind === kinds.invoke &&
          each.key === own?.key &&
          each.id !== id &&
          each.sequence < own.sequence,
        each => ({ sequence: each.sequence + 1_000 }),
      )
    },
  },
  {
    name: 'a key makes a second message',
    check: 'doubled',
    mutate: records => storedAgain(records, one(records, ways.keyed)),
  },
  {
    name: 'a key makes a second message with an id of its own',
    check: 'doubled',
    mutate: records => storedAgain(records, one(records, ways.keyed), { messageId: 99 }),
  },
  {
    name: 'a key is answered with another id the second time',
    check: 'other answer',
    mutate: records => {
      const id = one(records, ways.keyed)
      return changed(
        records,
        each => isOf(each, kinds.again, id),
        () => ({ messageId: 99 }),
      )
    },
  },
  {
    name: 'the spool sends a message twice, and nobody died',
    check: 'doubled',
    mutate: records => storedAgain(records, one(records, ways.spooled)),
  },
  {
    name: 'the spool sends again what was in Kafka long before its process died',
    check: 'doubled',
    mutate: records => {
      const id = repeatedByKill(records, ways.spooled)
      const isFirst = (each: HistoryRecord): boolean =>
        (isOf(each, kinds.arrive, id) || isOf(each, kinds.answered, id)) && each.time < 2_000
      return changed(records, isFirst, each => ({ time: each.time - 1_500, other: each.other - 1_500 }))
    },
  },
  {
    name: 'the spool sends a message again under another id after a kill',
    check: 'doubled',
    mutate: records => {
      const id = repeatedByKill(records, ways.spooled)
      const last = records.findLast(each => isOf(each, kinds.stored, id))
      return changed(
        records,
        each => each === last,
        () => ({ messageId: 99 }),
      )
    },
  },
  {
    name: 'the spool overtakes itself',
    check: 'inverted',
    mutate: records => {
      const id = one(records, ways.spooled)
      return changed(
        records,
        each => isOf(each, kinds.stored, id),
        () => ({ other: 90_000 }),
      )
    },
  },
  {
    name: 'a message for later comes before its time',
    check: 'early delivery',
    mutate: records => {
      const id = one(records, ways.scheduled)
      const due = records.find(each => isOf(each, kinds.invoke, id))?.other ?? 0
      return changed(
        records,
        each => isOf(each, kinds.arrive, id),
        () => ({ time: due - 50 }),
      )
    },
  },
  {
    name: 'a message for later is delivered twice, and nobody died',
    check: 'doubled',
    mutate: records => storedAgain(records, one(records, ways.scheduled)),
  },
  {
    name: 'a message that was taken back in time is delivered',
    check: 'invented',
    mutate: records => {
      const id = one(records, ways.scheduled)
      return [...records, record({ kind: kinds.cancelled, id, status: 200, time: 10_000 })]
    },
  },
  {
    name: 'a message that was to be taken back too late is not delivered',
    check: 'lost',
    mutate: records => {
      const late = records.find(each => each.kind === kinds.cancelled && each.status === 409)
      return withoutTrace(records, late?.id ?? 0)
    },
  },
  {
    name: 'a message for later stands still',
    check: 'stuck',
    mutate: records => {
      const id = one(records, ways.scheduled)
      const isLate = (each: HistoryRecord): boolean =>
        each.id === id && (each.kind === kinds.arrive || each.kind === kinds.answered)
      return changed(records, isLate, each => ({ time: each.time + 40_000, other: each.other + 40_000 }))
    },
  },
  ...[messageStates.ACCEPTED, messageStates.STORED, messageStates.FAILED, messageStates.NOT_KNOWN, 0].map(
    (state): Mutant => {
      return {
        name: `a message that everybody has is told as state ${state}`,
        check: 'untrue status',
        mutate: records => {
          const id = one(records, ways.spooled)
          return changed(records, each => isOf(each, kinds.status, id), told(state))
        },
      }
    },
  ),
  ...[subscriptionStates.PENDING, subscriptionStates.DEAD].map((state): Mutant => {
    return {
      name: `a subscription that has it is told as state ${state}`,
      check: 'untrue status',
      mutate: records => {
        const id = one(records, ways.spooled)
        return changed(records, each => isOf(each, kinds.subscriptionStatus, id), told(state))
      },
    }
  }),
  {
    name: 'a status names a place where the message does not lie',
    check: 'untrue status',
    mutate: records => {
      const id = one(records, ways.spooled)
      return changed(
        records,
        each => isOf(each, kinds.status, id),
        each => ({ other: each.other + 1 }),
      )
    },
  },
]

const judge = (seed: number, mutate = (records: Records): Records => records): Verdict => {
  const { plan, records } = correctWays(seed)
  const mutated = mutate(records)
  return check(joinRun(plan, visit => mutated.forEach(visit)))
}

describe('the checker, over every way to publish', () => {
  it.each(seeds)('finds nothing in a correct history of seed %i', seed => {
    const verdict = judge(seed)

    expect(verdict.findings.filter(each => each.count > 0)).toEqual([])
    expect(verdict.figures.copies).toBeGreaterThan(2)
    expect(verdict.figures.cancelled).toBeGreaterThan(2)
    expect(verdict.figures.acknowledgedByWay.every(each => each > 10)).toBe(true)
  })

  describe.each(mutants)('when $name', mutant => {
    it.each(seeds)('catches it in seed %i', seed => {
      const verdict = judge(seed, records => mutant.mutate(records))

      expect(verdict.isGood).toBe(false)
      expect(countOf(verdict, mutant.check)).toBeGreaterThan(0)
    })
  })
})
