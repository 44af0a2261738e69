import fc from 'fast-check'
import { describe, it } from 'vitest'
import { createRetryModel, type Answer, type KafkaWord, type RetryModel } from './testing/retry-model.js'
import { answerOf } from './testing/pipeline-world.js'

type Step = (model: RetryModel) => Promise<void> | void

const answers: readonly Answer[] = [
  ...[200, 200, 500, 400, 302],
  answerOf(503, { retryAfter: '12' }),
  answerOf(429, { retryAfter: '100' }),
  answerOf(500, { verdict: 'discard' }),
  answerOf(500, { verdict: 'dead-letter' }),
  { kind: 'timeout', afterMs: 1, detail: 'late' },
  { kind: 'error', detail: 'EMFILE', isOurFault: true },
]
const key = fc.constantFrom('a', 'b', null)
const word = fc.constantFrom<KafkaWord>('stored', 'lost', 'refused', 'refused')
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: key.map(
      (each): Step =>
        model =>
          model.publish(each),
    ),
  },
  {
    weight: 10,
    arbitrary: fc.tuple(fc.nat(20), fc.constantFrom(...answers)).map(
      ([index, answer]): Step =>
        model =>
          model.answer(index, answer),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(1, 600, 5_000, 15_000, 90_000).map(
      (ms): Step =>
        model =>
          model.advance(ms),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.array(word, { maxLength: 4 }).map(
      (words): Step =>
        model =>
          model.kafka(words),
    ),
  },
  { weight: 3, arbitrary: fc.constant<Step>(model => model.commit()) },
  { weight: 2, arbitrary: fc.constant<Step>(model => model.restart()) },
  {
    weight: 1,
    arbitrary: fc.constant<Step>(model => model.clear()),
  },
)

/** Any steps, then a world without faults: the model throws where a promise is broken. */
async function holds(
  plan: Parameters<typeof createRetryModel>[0],
  policy: Parameters<typeof createRetryModel>[1],
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const model = await createRetryModel(plan, policy)
      for (const each of steps) await each(model)
      await model.heal()
    }),
    { numRuns: 100 },
  )
}

const policy = { messageTtlMs: 600_000, inflightMax: 4 }

describe('whatever is answered, refused and killed', { timeout: 30_000 }, () => {
  it('a subscription loses nothing and settles nothing early', () => holds({}, policy))

  it('one with a delay topic loses nothing and settles nothing early', () =>
    holds({ delay: { fastAttempts: 2 } }, policy))

  it('one ordered by key keeps the order of each key', () => holds({ ordering: 'KEY' }, policy))

  it('one that parks keys never lets a later message of a key pass a dead one', () =>
    holds({ ordering: 'KEY', isParking: true }, policy))
})
