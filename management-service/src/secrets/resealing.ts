/**
 * All secrets of an installation kept anew: after a key was added in front, or encryption switched on or off.
 * Takes nothing but the wish. Gives its progress, and can be cancelled. Promises: one at a time in a process;
 * what was done stays done, and a second one finds it current.
 * Bounds: reads of storage at a time as everywhere; `unreadableMax` names of what could not be opened.
 */
import { z } from 'zod'
import { refusal } from '@iris/common/errors/hermes-error'
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import { forEachOf } from '../store/bounded-reads.js'
import type { GroupStore, OAuthProviderStore, SubscriptionStore, TopicStore } from '../store/ports.js'
import type { Resealed, SecretStore } from '../store/resealing.js'

export interface ResealingParts {
  readonly store: GroupStore & TopicStore & SubscriptionStore & OAuthProviderStore & SecretStore
  readonly clock: Clock
  readonly log: Log
}

export interface Resealing {
  /** Begins; refuses with `CONFLICT` while one is under way. */
  begin(): ResealingProgress
  /** How far the last one is. */
  progress(): ResealingProgress
  /** Ends it after what is being written now. */
  cancel(): ResealingProgress
}

const states = ['none', 'running', 'cancelled', 'done', 'failed'] as const
type State = (typeof states)[number]

const milliseconds = z.int().describe('Milliseconds since the epoch')

/** How far it is, as answers tell it; only the state where none was asked for. */
export const resealingProgress = z.object({
  state: z.enum(states),
  startedAt: milliseconds.optional(),
  endedAt: milliseconds.optional(),
  topics: z.int().describe('Topics of the installation, once they were counted').optional(),
  topicsDone: z.int().optional(),
  looked: z.int().describe('Subscriptions, providers and open tasks looked at').optional(),
  changed: z.int().optional(),
  unreadable: z.array(z.string()).describe('Broken, or sealed with a key that is not here').optional(),
  error: z.string().optional(),
})

export type ResealingProgress = z.infer<typeof resealingProgress>

interface Run {
  state: State
  readonly startedAt: number
  endedAt: number | null
  topics: number
  topicsDone: number
  looked: number
  changed: number
  readonly unreadable: string[]
  error: string | null
}

const unreadableMax = 100

/** Makes it; nothing runs yet. */
export function createResealing(parts: ResealingParts): Resealing {
  const { clock, log } = parts
  let run: Run = newRun('none', 0)
  return {
    begin() {
      if (run.state === 'running')
        throw refusal('CONFLICT', { problem: 'Secrets are being sealed anew already; wait or cancel it' })
      const mine = newRun('running', clock.now())
      run = mine
      const end = (state: State, error: unknown): void => {
        if (mine.state === 'running') mine.state = state
        mine.error = error instanceof Error ? error.message : null
        mine.endedAt = clock.now()
        log.info('secrets.resealed', { ...mine, unreadable: mine.unreadable.length })
      }
      resealAll(parts, mine).then(
        () => end('done', null),
        (error: unknown) => end('failed', error),
      )
      return progressOf(mine)
    },
    progress: () => progressOf(run),
    cancel() {
      if (run.state === 'running') run.state = 'cancelled'
      return progressOf(run)
    },
  }
}

async function resealAll({ store }: ResealingParts, run: Run): Promise<void> {
  const note = (name: string, resealed: Resealed): void => {
    run.looked++
    if (resealed === 'changed') run.changed++
    if (resealed === 'unreadable' && run.unreadable.length < unreadableMax) run.unreadable.push(name)
  }
  const isOver = (): boolean => run.state !== 'running'
  await forEachOf(await store.oAuthProviders(), async name => {
    if (!isOver()) note(`oauth provider ${name}`, await store.resealProvider(name))
  })
  const lists = await forEachOf(await store.groups(), group => store.topics(group))
  const topics = lists.flatMap(names => names ?? [])
  run.topics = topics.length
  for (const topic of topics) {
    if (isOver()) return
    await forEachOf((await store.subscriptions(topic)) ?? [], async name => {
      if (!isOver()) note(`subscription ${topic}$${name}`, await store.resealSubscription(topic, name))
    })
    run.topicsDone++
  }
  await forEachOf(await store.openTasks(), async place => {
    const { id, topic, subscription } = place
    if (!isOver()) note(`task ${id} of ${topic}$${subscription}`, await store.resealTask(place))
  })
}

function newRun(state: State, startedAt: number): Run {
  return {
    ...{ state, startedAt, endedAt: null, topics: 0, topicsDone: 0 },
    ...{ looked: 0, changed: 0, unreadable: [], error: null },
  }
}

function progressOf({ state, startedAt, endedAt, error, ...figures }: Run): ResealingProgress {
  if (state === 'none') return { state }
  return {
    ...{ state, startedAt },
    ...(endedAt === null ? {} : { endedAt }),
    ...figures,
    unreadable: [...figures.unreadable],
    ...(error === null ? {} : { error }),
  }
}
