import { describe, expect, it } from 'vitest'
import { check, countOf, type Verdict } from './checker.js'
import { killedWithinMs } from './checks/repeated.js'
import { correctHistory, kill } from './correct-history.js'
import { joinRun } from './joined-run.js'
import { kinds, record, type HistoryRecord } from './records.js'

const seeds = [1, 2, 3]

/** One thing done wrong, and the check that must see it. */
interface Mutant {
  readonly name: string
  readonly check: string
  mutate(records: HistoryRecord[]): HistoryRecord[]
}

const isOf = (each: HistoryRecord, kind: number, subject: number, id: number): boolean =>
  each.kind === kind && each.subject === subject && each.id === id

const without = (records: HistoryRecord[], gone: (each: HistoryRecord) => boolean): HistoryRecord[] => {
  const exchanges = new Set(records.filter(gone).map(each => each.exchange))
  return records.filter(
    each => !gone(each) && !(each.kind === kinds.answered && exchanges.has(each.exchange)),
  )
}

const changed = (
  records: HistoryRecord[],
  pick: (each: HistoryRecord) => boolean,
  change: (each: HistoryRecord) => Partial<HistoryRecord>,
): HistoryRecord[] => {
  const index = records.findIndex(pick)
  expect(index).toBeGreaterThanOrEqual(0)
  return records.map((each, at) => (at === index ? { ...each, ...change(each) } : each))
}

/** One more delivery of message `id` at subscription `subject`, in nobody's way. */
const delivery = (records: HistoryRecord[], subject: number, id: number, time: number): HistoryRecord[] => {
  const exchange = records.filter(each => each.kind === kinds.arrive).length
  const like = records.find(each => isOf(each, kinds.arrive, subject, id)) ?? record({ kind: 0, time: 0 })
  const { hash, messageId } = like
  return [
    record({ kind: kinds.arrive, subject, id, hash, messageId, exchange, time }),
    record({ kind: kinds.answered, subject, id, exchange, status: 200, time: time + 2, other: time + 1 }),
  ]
}

/** Two messages of one key that follow each other on topic 0, both acknowledged. */
const neighbours = (records: HistoryRecord[]): readonly [number, number] => {
  const ok = new Set(records.filter(each => each.kind === kinds.ok).map(each => each.id))
  const begun = records.filter(each => each.kind === kinds.invoke && each.subject === 0 && ok.has(each.id))
  for (const one of begun) {
    const other = begun.find(each => each.key === one.key && each.sequence === one.sequence + 1)
    if (other !== undefined) return [one.id, other.id]
  }
  throw new Error('no two messages of one key')
}

const mutants: readonly Mutant[] = [
  {
    name: 'a message is dropped on the way to one subscriber',
    check: 'lost',
    mutate: records => without(records, each => isOf(each, kinds.arrive, 0, 200)),
  },
  {
    name: 'a dead letter is not written',
    check: 'lost',
    mutate: records => without(records, each => each.kind === kinds.dead && each.id === 101),
  },
  {
    name: 'an answer that was cut is taken for a delivery',
    check: 'lost',
    mutate: records =>
      changed(
        records,
        each => isOf(each, kinds.answered, 0, 200),
        () => ({ kind: kinds.cut, status: 0 }),
      ),
  },
  {
    name: 'an acknowledged message is not in the log',
    check: 'missing',
    mutate: records => records.filter(each => !(each.kind === kinds.stored && each.id === 300)),
  },
  {
    name: 'a lost answer stores a message twice',
    check: 'doubled',
    mutate: records => {
      const twin = records.find(each => each.kind === kinds.stored && each.id === 300)
      return [...records, { ...(twin ?? record({ kind: 0, time: 0 })), other: 100_000 }]
    },
  },
  {
    name: 'two messages of a key swap places in the log',
    check: 'inverted',
    mutate: records => {
      const [one, other] = neighbours(records)
      const swap = new Map([
        [one, other],
        [other, one],
      ])
      const take = (each: HistoryRecord): HistoryRecord => {
        const id = swap.get(each.id)
        return each.kind === kinds.stored && id !== undefined ? { ...each, id, hash: 1_000_000 + id } : each
      }
      return records.map(take)
    },
  },
  {
    name: 'a message is delivered twice without a reason',
    check: 'repeated',
    mutate: records => [...records, ...delivery(records, 0, 1_996, 20_000)],
  },
  {
    name: 'a message that the living delivered after a kill comes again',
    check: 'repeated',
    mutate: records => {
      const isAfter = (each: HistoryRecord): boolean =>
        each.subject === 0 && each.time > kill.begin + killedWithinMs
      const taken = records.find(each => each.kind === kinds.answered && each.status === 200 && isAfter(each))
      return [...records, ...delivery(records, 0, taken?.id ?? 0, kill.begin + killedWithinMs + 300)]
    },
  },
  {
    name: 'two messages of a key swap places on an ordered subscription',
    check: 'skipped',
    mutate: records => {
      const [one, other] = neighbours(records)
      const from = records.filter(each => each.kind === kinds.arrive && each.subject === 1)
      const first = from.find(each => each.id === one)?.exchange
      const second = from.find(each => each.id === other)?.exchange
      return records.map(each => {
        if (each.kind !== kinds.arrive && each.kind !== kinds.answered) return each
        const id = each.exchange === first ? other : each.exchange === second ? one : each.id
        return { ...each, id, hash: each.hash === 0 ? 0 : 1_000_000 + id, messageId: 5_000_000 + id }
      })
    },
  },
  {
    name: 'a byte of a body flips',
    check: 'changed',
    mutate: records =>
      changed(
        records,
        each => isOf(each, kinds.arrive, 0, 400),
        each => ({ hash: each.hash + 1 }),
      ),
  },
  {
    name: 'a message arrives under another message id',
    check: 'changed',
    mutate: records =>
      changed(
        records,
        each => isOf(each, kinds.arrive, 0, 400),
        each => ({ messageId: each.messageId + 1 }),
      ),
  },
  {
    name: 'an offset is committed above an unsettled one',
    check: 'early commit',
    mutate: records =>
      changed(
        records,
        each => each.kind === kinds.commit && each.subject === 0 && each.time === 1_000,
        each => ({ other: each.other + 10 }),
      ),
  },
  {
    name: 'a dead letter is settled before Kafka has it',
    check: 'early commit',
    mutate: records =>
      changed(
        records,
        each => each.kind === kinds.dead && each.id === 101,
        each => ({ time: each.time + 1_000 }),
      ),
  },
  {
    name: 'more comes again after a kill than was under way or not yet committed',
    check: 'repeats of a kill',
    mutate: records => {
      const settled = records.filter(
        each =>
          each.kind === kinds.answered &&
          each.subject === 0 &&
          each.status === 200 &&
          each.time > 2_050 &&
          each.time < 3_000,
      )
      return settled.reduce(
        (all, { id }, index) => [...all, ...delivery(all, 0, id, 5_000 + index * 8)],
        records,
      )
    },
  },
  {
    name: 'a subscription gets a message of another topic',
    check: 'invented',
    mutate: records => [...records, ...delivery(records, 0, 401, 20_000)],
  },
  {
    name: 'a message that nobody published arrives',
    check: 'invented',
    mutate: records => [...records, ...delivery(records, 0, 4_000_000_000, 20_000)],
  },
  {
    name: 'a refused message is delivered',
    check: 'invented',
    mutate: records => [...records, ...delivery(records, 0, 106, 20_000)],
  },
  {
    name: 'a message lies in the log under another id than was answered',
    check: 'changed',
    mutate: records =>
      changed(
        records,
        each => each.kind === kinds.stored && each.id === 400,
        each => ({ messageId: each.messageId + 1 }),
      ),
  },
  {
    name: 'an answer breaks a rule',
    check: 'wrong answer',
    mutate: records => [
      ...records,
      record({ kind: kinds.wrong, id: 300, detail: 1, status: 207, time: 900 }),
    ],
  },
  {
    name: 'messages arrive faster than the rate',
    check: 'over the bound',
    mutate: records =>
      records.map(each => {
        const isMoved = each.subject === 2 && (each.kind === kinds.arrive || each.kind === kinds.answered)
        return isMoved ? { ...each, time: each.time * 0.3 + 9_000, other: each.other * 0.3 + 9_000 } : each
      }),
  },
  {
    name: 'more requests are open than the window allows',
    check: 'over the bound',
    mutate: records =>
      records.map(each => {
        const isSlow = each.subject === 0 && each.kind === kinds.answered && each.time < 2_000
        return isSlow ? { ...each, time: 2_500, other: 2_499 } : each
      }),
  },
  {
    name: 'two requests of one key are open on an ordered subscription',
    check: 'over the bound',
    mutate: records => {
      const [, other] = neighbours(records)
      const at = records.find(each => isOf(each, kinds.arrive, 1, other))?.time ?? 0
      const [one] = neighbours(records)
      return changed(
        records,
        each => isOf(each, kinds.answered, 1, one) && each.status === 200,
        () => ({ time: at + 51, other: at + 50 }),
      )
    },
  },
  {
    name: 'a message is tried after its time to live',
    check: 'over the bound',
    mutate: records => {
      const late = records.findLast(each => isOf(each, kinds.arrive, 2, 1_919))
      return records.map(each => (each === late ? { ...each, time: each.time + 5_000 } : each))
    },
  },
  {
    name: 'a backlog stands still after the last fault',
    check: 'stuck',
    mutate: records =>
      records.map(each => {
        const isLate =
          each.subject === 0 && each.id > 1_700 && each.kind >= kinds.arrive && each.kind <= kinds.cut
        return isLate ? { ...each, time: each.time + 40_000, other: each.other + 40_000 } : each
      }),
  },
  {
    name: 'a process takes more and more memory',
    check: 'leak',
    mutate: records => {
      const looks = Array.from({ length: 595 }, (_, second) =>
        record({ kind: kinds.memory, id: 4711, time: second * 1_000, other: 50_000_000 + second * 30_000 }),
      )
      return [...records, ...looks]
    },
  },
  {
    name: 'a counter says more than happened',
    check: 'false counter',
    mutate: records =>
      changed(
        records,
        each => each.kind === kinds.counter,
        each => ({ other: each.other + 100 }),
      ),
  },
]

const judge = (seed: number, mutate = (records: HistoryRecord[]): HistoryRecord[] => records): Verdict => {
  const { plan, records } = correctHistory(seed)
  const mutated = mutate(records)
  return check(joinRun(plan, visit => mutated.forEach(visit)))
}

describe('the checker', () => {
  it.each(seeds)('finds nothing in a correct history of seed %i', seed => {
    const verdict = judge(seed)

    expect(verdict.findings.filter(each => each.count > 0)).toEqual([])
    expect(verdict.isGood).toBe(true)
  })

  it('lays every repeat of a correct history to its cause', () => {
    const verdict = judge(1)

    expect(verdict.repeats.total).toBeGreaterThan(10)
    expect([...verdict.repeats.byCause]).toEqual([['#1 consumers-kill', verdict.repeats.total]])
  })

  it('calls an empty history bad: a run that published nothing proves nothing', () => {
    const { plan } = correctHistory(1)

    expect(check(joinRun(plan, () => undefined)).isGood).toBe(false)
  })

  describe.each(mutants)('when $name', mutant => {
    it.each(seeds)('catches it in seed %i', seed => {
      const verdict = judge(seed, records => mutant.mutate(records))

      expect(verdict.isGood).toBe(false)
      expect(countOf(verdict, mutant.check)).toBeGreaterThan(0)
    })
  })
})
