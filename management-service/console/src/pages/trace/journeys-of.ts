// pure
/**
 * The steps of messages, gathered by message.
 * Takes pages of a trace. Gives a journey a message, the one that began last first; within it the steps of
 * the publisher and those of each subscription in the order of their time, each with words and a tone.
 */

import { gathered } from '../../ui/gathered.js'

interface EventBase {
  readonly messageId: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly reason?: string
  readonly hostname: string
}

/** What a frontend told. */
export interface PublishedEvent extends EventBase {
  readonly kind: 'published'
  readonly status: 'INFLIGHT' | 'SUCCESS' | 'ERROR'
  readonly scheduledFor?: number
  readonly partition?: number
  readonly offset?: number
}

/** What a consumers process told. */
export interface SentEvent extends EventBase {
  readonly kind: 'sent'
  readonly status: 'INFLIGHT' | 'FAILED' | 'SUCCESS' | 'DISCARDED' | 'FILTERED'
  readonly subscription: string
  readonly partition: number
  readonly offset: number
  readonly attempt?: number
  readonly httpStatus?: number
  readonly tookMs?: number
  readonly deadLetter?: { readonly partition: number; readonly offset: number }
}

/** One answer of management. */
export interface TracePage {
  readonly events: readonly (PublishedEvent | SentEvent)[]
  readonly notes: readonly string[]
  readonly complete: boolean
  readonly next?: string
}

export type Tone = 'good' | 'bad' | 'waiting' | 'aside'

/** One step as it is shown. */
export interface Step {
  readonly at: number
  readonly words: string
  readonly tone: Tone
  readonly host: string
}

/** What became of a message at one subscription. */
export interface Outcome {
  readonly word: string
  readonly tone: Tone
}

/** The way of a message to one subscription. */
export interface Leg {
  readonly subscription: string
  readonly outcome: Outcome
  readonly steps: readonly Step[]
  /** Where its dead letter lies, where it ended as one: `partition-offset`. */
  readonly deadLetterId: string | null
}

/** The way of a message. */
export interface Journey {
  readonly messageId: string
  readonly beganAt: number
  readonly place: { readonly partition: number; readonly offset: number } | null
  readonly published: readonly Step[]
  readonly legs: readonly Leg[]
}

/** Gathers them. */
export function journeysOf(pages: readonly TracePage[]): readonly Journey[] {
  const events = pages.flatMap(page => page.events).sort((a, b) => a.timestamp - b.timestamp)
  const byMessage = gathered(events, ({ messageId }) => messageId)
  return [...byMessage]
    .map(([messageId, own]) => journeyOf(messageId, own))
    .sort((a, b) => b.beganAt - a.beganAt)
}

function journeyOf(messageId: string, events: TracePage['events']): Journey {
  const published = events.filter(event => event.kind === 'published')
  const sent = events.filter(event => event.kind === 'sent')
  const placed = events.find(({ partition, offset }) => partition !== undefined && offset !== undefined)
  return {
    messageId,
    beganAt: events[0]?.timestamp ?? 0,
    place: placed === undefined ? null : { partition: placed.partition ?? 0, offset: placed.offset ?? 0 },
    published: published.map(publishedStep),
    legs: [...gathered(sent, ({ subscription }) => subscription)].map(([subscription, own]) => ({
      subscription,
      steps: own.map(sentStep),
      ...endOf(own),
    })),
  }
}

const outcomes: Readonly<Partial<Record<SentEvent['status'], Outcome>>> = {
  SUCCESS: { word: 'delivered', tone: 'good' },
  DISCARDED: { word: 'given up', tone: 'bad' },
  FILTERED: { word: 'left out', tone: 'aside' },
}

/** The last ending counts: what was given up may have been redriven, and what was delivered replayed. */
function endOf(events: readonly SentEvent[]): Pick<Leg, 'outcome' | 'deadLetterId'> {
  const ending = events.findLast(({ status }) => outcomes[status] !== undefined)
  const outcome = ending === undefined ? undefined : outcomes[ending.status]
  if (outcome === undefined) return { outcome: { word: 'on its way', tone: 'waiting' }, deadLetterId: null }
  const letter = ending?.status === 'DISCARDED' ? ending.deadLetter : undefined
  return { outcome, deadLetterId: letter === undefined ? null : `${letter.partition}-${letter.offset}` }
}

/** `2 delivered · 1 given up`; empty where no subscription had it. */
export function outcomesIn({ legs }: Pick<Journey, 'legs'>): string {
  const byWord = gathered(legs, ({ outcome }) => outcome.word)
  return [...byWord].map(([word, own]) => `${own.length} ${word}`).join(' · ')
}

function publishedStep(event: PublishedEvent): Step {
  const { status, partition, offset, reason, scheduledFor } = event
  const step = (tone: Tone, words: string): Step => ({
    at: event.timestamp,
    words,
    tone,
    host: event.hostname,
  })
  if (status === 'SUCCESS') return step('good', `Stored in Kafka at ${partition ?? '?'}-${offset ?? '?'}`)
  if (status === 'ERROR') return step('bad', `Not stored: ${reason ?? 'no reason is known'}`)
  if (scheduledFor === undefined) return step('waiting', 'Taken; the publisher was answered before Kafka')
  return step('waiting', `Waits for ${new Date(scheduledFor).toISOString()}`)
}

function sentStep(event: SentEvent): Step {
  const { status, attempt, httpStatus, tookMs, reason } = event
  const step = (tone: Tone, words: string): Step => ({
    at: event.timestamp,
    words,
    tone,
    host: event.hostname,
  })
  const which =
    attempt === undefined ? '' : ` (attempt ${attempt}${tookMs === undefined ? '' : `, ${tookMs} ms`})`
  switch (status) {
    case 'INFLIGHT':
      return step('waiting', 'Read from Kafka, on its way')
    case 'SUCCESS':
      return step('good', `Delivered${httpStatus === undefined ? '' : ` with ${httpStatus}`}${which}`)
    case 'FAILED':
      return step('bad', `Failed${which}: ${reason ?? `the answer was ${httpStatus ?? 'none'}`}`)
    case 'DISCARDED':
      return step('bad', `Given up: ${reason ?? 'no reason is known'}`)
    case 'FILTERED':
      return step('aside', `Left out by a filter${reason === undefined ? '' : `: ${reason}`}`)
  }
}
