import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PartitionWork } from '../partition-work.js'
import { batchWorld, partsAnswer, type BatchWorld } from '../testing/batch-world.js'
import type { Message } from '../testing/partitions.js'

type Step =
  | { readonly kind: 'append'; readonly partition: number; readonly padding: readonly number[] }
  | { readonly kind: 'answer'; readonly status: number }
  | { readonly kind: 'parts'; readonly failed: readonly number[]; readonly retry: boolean }
  | { readonly kind: 'ownFault' | 'store' }
  | { readonly kind: 'wait'; readonly ms: number }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('append' as const),
      partition: fc.nat(2),
      padding: fc.array(fc.nat(250), { maxLength: 8 }),
    }),
    fc.record({
      kind: fc.constant('answer' as const),
      status: fc.constantFrom(200, 204, 207, 302, 404, 429, 500),
    }),
    fc.record({
      kind: fc.constant('parts' as const),
      failed: fc.array(fc.nat(5), { maxLength: 4 }),
      retry: fc.boolean(),
    }),
    fc.record({ kind: fc.constantFrom('ownFault' as const, 'store' as const) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 500, 1000, 5000) }),
  ),
  { maxLength: 60 },
)
const policies = fc.record({
  batchSize: fc.integer({ min: 1, max: 6 }),
  batchVolume: fc.integer({ min: 150, max: 900 }),
  batchTimeMs: fc.constantFrom(1, 700, 5000),
  messageTtlMs: fc.constantFrom(0, 1500, 10_000),
  retryClientErrors: fc.boolean(),
})

/** Watches a world: what is true of every attempt and of every moment. */
function watch({ sent, dead, figures, pool, requests }: BatchWorld, works: readonly PartitionWork[]) {
  const settled = works.map(() => new Set<number>())
  const dying = new Set<string>()
  const placeOf = (body: string): [partition: number, offset: number] => {
    const [partition, offset] = body.split('-').map(Number)
    return [partition!, offset!]
  }
  const outcome = (body: string): void => {
    const [partition, offset] = placeOf(body)
    expect(settled[partition]!.has(offset), `${body} has one outcome`).toBe(false)
    settled[partition]!.add(offset)
  }
  return {
    outcome,
    dies(): void {
      for (const { facts } of dead) dying.add(`${facts.partition}-${facts.offset}`)
      expect(dying.size, 'each dies once').toBe(dead.length)
    },
    commitsNothingUnsettled(): void {
      works.forEach((work, partition) => {
        const position = work.window.commitPosition()
        for (let offset = 0; offset < position; offset++) expect(settled[partition]!.has(offset)).toBe(true)
      })
    },
    ordered(): void {
      for (const [partition] of works.entries()) {
        const firsts = [...new Set(sent.flatMap(each => each.messages))].map(placeOf)
        const offsets = firsts.filter(([from]) => from === partition).map(([, offset]) => offset)
        expect(offsets, 'first attempts rise').toEqual([...offsets].sort((a, b) => a - b))
        for (const { messages } of sent) {
          const inside = messages
            .map(placeOf)
            .flatMap(([from, offset]) => (from === partition ? [offset] : []))
          expect(inside, 'order inside a batch').toEqual([...inside].sort((a, b) => a - b))
        }
      }
    },
    atRest(counts: readonly number[]): void {
      expect(works.map(work => work.window.commitPosition())).toEqual(counts)
      expect([pool.bytes, requests.open, ...works.map(work => work.underWayCount)]).toEqual(
        Array(2 + works.length).fill(0),
      )
      expect(figures.delivered.value + figures.discarded.value).toBe(
        counts.reduce((sum, each) => sum + each, 0),
      )
    },
  }
}

describe('the delivery in batches, under any answers', () => {
  it('gives every message one outcome, keeps each partition’s order, and commits nothing unsettled', async () => {
    await fc.assert(
      fc.asyncProperty(policies, steps, async (policy, all) => {
        const world = batchWorld(policy)
        const works = [await world.open(0, []), await world.open(1, []), await world.open(2, [])]
        const counts = works.map(() => 0)
        const seen = watch(world, works)
        let answered = 0
        let storedCount = 0

        const answerWith = async (step: Step): Promise<void> => {
          const under = world.sent.at(-1)
          if (world.sent.length === answered || under === undefined) return
          answered++
          const before = world.dead.length
          const failed =
            step.kind === 'parts' ? under.messages.filter((_, at) => step.failed.includes(at)) : []
          const isDelivered = step.kind === 'parts' || (step.kind === 'answer' && step.status < 300)
          for (const body of under.messages) if (isDelivered && !failed.includes(body)) seen.outcome(body)
          if (step.kind === 'parts')
            await world.answer(
              partsAnswer([...new Set(failed)].map(body => ({ id: `id-${body}`, retry: step.retry }))),
            )
          else if (step.kind === 'answer') await world.answer(step.status)
          else await world.answer({ kind: 'error', detail: 'EMFILE', isOurFault: true })
          expect(world.dead.length).toBeGreaterThanOrEqual(before)
        }
        const store = async (): Promise<void> => {
          const fresh = world.dead.slice(storedCount)
          storedCount = world.dead.length
          for (const { facts } of fresh) seen.outcome(`${facts.partition}-${facts.offset}`)
          await world.store(fresh)
        }
        const act = async (step: Step): Promise<void> => {
          if (step.kind === 'append') {
            const messages = step.padding.map((padding): Message => {
              const body = `${step.partition}-${counts[step.partition]!++}`
              return { body, padding }
            })
            await world.append(works[step.partition]!, messages)
          } else if (step.kind === 'wait') await world.time.advance(step.ms)
          else if (step.kind === 'store') await store()
          else await answerWith(step)
        }

        for (const step of all) {
          const before = world.sent.length
          await act(step)
          expect(world.sent.length - answered, 'one batch at a time').toBeLessThanOrEqual(1)
          if (world.sent.length > before) expect(storedCount, 'no death under way').toBe(world.dead.length)
          expect(world.sent.length - before).toBeLessThanOrEqual(step.kind === 'wait' ? 1 : 2)
          seen.commitsNothingUnsettled()
          seen.dies()
        }
        for (let round = 0; round < 200; round++) {
          await world.time.advance(5000)
          await store()
          await answerWith({ kind: 'answer', status: 200 })
        }

        for (const { messages, body } of world.sent) {
          expect(messages.length).toBeLessThanOrEqual(policy.batchSize)
          expect(Buffer.byteLength(body)).toBeLessThanOrEqual(policy.batchVolume)
        }
        seen.ordered()
        seen.atRest(counts)
      }),
      { numRuns: 150 },
    )
  })
})
