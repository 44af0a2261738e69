// pure
/**
 * Causes within the delivery: the endpoint, the rate, what waits for what.
 * Takes facts and their sums. Gives findings, each told from the facts alone.
 */
import { isUnanswered, type Facts } from './facts.js'
import type { Cause, Finding } from './finding.js'
import { sum, type Tally } from './tally.js'
import { countText, durationText, numberText } from './words.js'

/** Fewer failures than this are the noise of any network. */
const failingShareMin = 0.05
/** A flight this full counts as full: places are empty for moments even under load. */
const fullShare = 0.9
/** Lag of so many seconds of publishing is what commits each second leave behind. */
const freshS = 10
/** Older than what the figures of a minute can tell of. */
const oldAgeMs = 60_000

const askingOutcomes: ReadonlySet<string> = new Set(['429', '503'])

const fenced: Cause = (_facts, { running }) => {
  const held = running.find(row => row.delivery?.isFenced === true)?.delivery?.heldBack
  if (held === undefined || held === null) return null
  return {
    cause: 'FENCED',
    severity: 'critical',
    text: `Nothing is sent: ${held}.`,
    figures: {},
    next: 'It goes on by itself within seconds of the return of ZooKeeper. Order would break otherwise.',
  }
}

const endpointFailing: Cause = (facts, tally) => {
  const failed = failuresOf(tally, outcome => !askingOutcomes.has(outcome))
  const failedCount = sum([...failed.values()])
  if (failedCount === 0 || failedCount < tally.attempts * failingShareMin) return null
  const isDown = tally.succeeded === 0
  const what = isDown
    ? `None of the ${countText(tally.attempts, 'attempt')} of the last minute succeeded`
    : `${numberText(failedCount)} of the ${countText(tally.attempts, 'attempt')} of the last minute failed`
  return {
    cause: isDown ? 'ENDPOINT_DOWN' : 'ENDPOINT_FAILING',
    severity: isDown ? 'critical' : 'warning',
    text: `${what}: ${outcomesText(failed)}. The last failure: ${tally.lastFailure ?? 'unknown'}.`,
    figures: { attempts: tally.attempts, succeeded: tally.succeeded, ...Object.fromEntries(failed) },
    next: afterFailure(facts, failed),
  }
}

const endpointAsksToWait: Cause = (_facts, tally) => {
  const asked = failuresOf(tally, outcome => askingOutcomes.has(outcome))
  const askedCount = sum([...asked.values()])
  if (askedCount === 0 || askedCount < tally.attempts * failingShareMin) return null
  return {
    cause: 'ENDPOINT_ASKS_TO_WAIT',
    severity: tally.succeeded === 0 ? 'critical' : 'warning',
    text:
      `The endpoint asked for a pause in ${numberText(askedCount)} of ` +
      `${countText(tally.attempts, 'attempt')} of the last minute: ${outcomesText(asked)}.`,
    figures: { attempts: tally.attempts, succeeded: tally.succeeded, ...Object.fromEntries(asked) },
    next:
      'Each message is tried again after the Retry-After that came with it, or the back-off of the ' +
      'subscription.',
  }
}

const endpointSlow: Cause = ({ definition }, tally) => {
  const { inflight, inflightMax, meanMs, lag, publishedPerS, p99Ms } = tally
  if (lag === null || meanMs === null || inflightMax === 0 || lag <= inflight) return null
  if (inflight < inflightMax * fullShare) return null
  const boundPerS = (inflightMax * 1_000) / Math.max(1, meanMs)
  const isBatch = !isUnanswered(definition) && definition.subscription.deliveryType === 'BATCH'
  const knob = isBatch ? 'batchSize' : 'inflightSize'
  return {
    cause: 'ENDPOINT_SLOW',
    severity: 'warning',
    text:
      `All ${numberText(inflightMax)} places in flight are taken and a request takes ` +
      `${durationText(meanMs)} on average: ${numberText(inflightMax)} / ${durationText(meanMs)} = ` +
      `${numberText(boundPerS)} messages/s is the most that gets through; ` +
      `${numberText(publishedPerS ?? 0)}/s were published in the last minute.`,
    figures: { inflight, inflightMax, meanMs: Math.round(meanMs), p99Ms, boundPerS, publishedPerS, lag },
    next: `A faster endpoint, or a larger subscriptionPolicy.${knob}, lets more through.`,
  }
}

const rateAdapted: Cause = (_facts, { running }) => {
  const slowed = running
    .flatMap(row => row.delivery?.pace ?? [])
    .filter(({ circuit, rate, maxRate }) => circuit !== 'closed' || rate < maxRate * fullShare)
  const [first] = slowed
  if (first === undefined) return null
  const ratePerS = sum(slowed.map(each => each.rate))
  const maxPerS = sum(slowed.map(each => each.maxRate))
  // Only batches have no rate of their own.
  const ofWhat = maxPerS === Infinity ? ' batches/s' : `/s, of the ${numberText(maxPerS)}/s that it may`
  const isStopped = slowed.length === running.length && slowed.every(each => each.circuit === 'open')
  return {
    cause: 'RATE_ADAPTED',
    severity: isStopped ? 'critical' : 'warning',
    text: `Iris sends at most ${numberText(ratePerS)}${ofWhat}: ${first.why}.`,
    figures: { mode: first.mode, circuit: first.circuit, ratePerS, processes: slowed.length },
    next: `By itself: ${first.next}.`,
  }
}

const ratePaced: Cause = ({ definition }, { running, lag }) => {
  const paced = running.flatMap(row => row.delivery ?? []).filter(each => each.isPaced)
  if (paced.length === 0 || lag === null || lag === 0) return null
  // Another finding says why the rate is lower than its subscription's.
  if (paced.every(({ pace, rate }) => pace !== null && (rate ?? 0) < pace.maxRate * fullShare)) return null
  const ratePerS = sum(running.map(row => row.delivery?.rate ?? 0))
  const policy = isUnanswered(definition) ? null : definition.subscription.subscriptionPolicy
  const wanted = policy !== null && 'rate' in policy ? policy.rate : null
  return {
    cause: 'RATE_LIMITED',
    severity: 'warning',
    text:
      `The rate holds messages back: at most ${numberText(ratePerS)}/s are sent, so the ` +
      `${countText(lag, 'message')} that wait take ` +
      `${durationText((lag / Math.max(ratePerS, 1e-3)) * 1_000)}.`,
    figures: { ratePerS, rate: wanted, lag },
    next:
      `A larger subscriptionPolicy.rate${wanted === null ? '' : ` (now ${numberText(wanted)})`} lets more ` +
      'through.',
  }
}

const keysBlocked: Cause = (_facts, { parked, waiting, nextDueInMs }) => {
  if (parked === 0) return null
  const when = nextDueInMs === null ? '' : `; the next retry is due in ${durationText(nextDueInMs)}`
  return {
    cause: 'KEYS_BLOCKED',
    severity: 'warning',
    text: `${countText(parked, 'message')} wait behind an earlier message of their key${when}.`,
    figures: { parked, waiting, nextDueInMs },
    next: 'Order is kept: each goes when the one before it is delivered or given up.',
  }
}

const keysParked: Cause = ({ definition, topic, name, nowMs }) => {
  const [first] = isUnanswered(definition) ? [] : definition.parkedKeys
  if (isUnanswered(definition) || first === undefined) return null
  const count = definition.parkedKeys.length
  return {
    cause: 'KEYS_PARKED',
    severity: 'warning',
    text:
      `Messages of ${countText(count, 'parked key')} go to the dead letters, the first ` +
      `("${first.key}") for ${durationText(nowMs - first.since)}, because: ${first.reason}.`,
    figures: { parkedKeys: count, key: first.key, since: first.since },
    next:
      `DELETE /topics/${topic}/subscriptions/${name}/parked-keys lets what comes from then on be tried again; ` +
      'the dead letters of the key can be driven again.',
  }
}

const retriesWaiting: Cause = (_facts, { waiting, nextDueInMs, running }) => {
  if (waiting === 0) return null
  const due = nextDueInMs === null ? '' : `, the next in ${durationText(nextDueInMs)}`
  const oldest = running
    .flatMap(row => row.partitions)
    .flatMap(({ partition, oldest: each }) => (each === null ? [] : [{ partition, ...each }]))
    .sort((one, other) => other.attempts - one.attempts)[0]
  const worst =
    oldest === undefined || oldest.attempts === 0
      ? ''
      : ` The one at offset ${oldest.offset} of partition ${oldest.partition} has failed ` +
        `${countText(oldest.attempts, 'time')} in ${durationText(oldest.failingForMs)}.`
  return {
    cause: 'RETRIES_WAITING',
    severity: 'info',
    text: `${countText(waiting, 'message')} wait for their next attempt or sending delay${due}.${worst}`,
    figures: { waiting, nextDueInMs, attempts: oldest?.attempts ?? 0 },
    next: 'They hold up nobody else, but their own key where order is kept.',
  }
}

const lateRetries: Cause = (_facts, { rows }) => {
  const waiting = rows.flatMap(({ delayed }) => delayed ?? [])
  if (waiting.length === 0) return null
  return {
    cause: 'LATE_RETRIES',
    severity: 'info',
    text: `Messages that failed and are tried again much later: ${waiting.join('; ')}.`,
    figures: {},
    next: 'They count as settled where they were published, and hold up nobody.',
  }
}

const windowFull: Cause = (_facts, { running }) => {
  const share = Math.max(0, ...running.map(row => row.delivery?.windowShare ?? 0))
  const held = heldTexts(running)
  const isFull = share >= 1 || held.some(text => text.includes('window'))
  if (!isFull) return null
  return {
    cause: 'WINDOW_FULL',
    severity: 'warning',
    text: 'No more is read of some partitions: what was read and is not settled yet fills their window.',
    figures: { windowShare: share },
    next:
      'It reads on as soon as the messages at the front are delivered or given up; see what holds those ' +
      'back.',
  }
}

const heldBack: Cause = (_facts, { running }) => {
  const others = heldTexts(running).filter(text => !text.includes('window'))
  if (others.length === 0) return null
  return {
    cause: 'HELD_BACK',
    severity: 'warning',
    text: `The consumers hold it back: ${[...new Set(others)].join('; ')}.`,
    figures: {},
    next: 'It goes on by itself when that is over.',
  }
}

const deadLetters: Cause = ({ kafka, topic, name }) => {
  if (isUnanswered(kafka) || kafka.deadLetters.lastHour === 0) return null
  const { lastHour, all } = kafka.deadLetters
  return {
    cause: 'DEAD_LETTERS',
    severity: 'warning',
    text:
      `${countText(lastHour, 'message')} were given up in the last hour; ${numberText(all)} lie in the ` +
      'dead letters.',
    figures: { lastHour, all },
    next: `GET /topics/${topic}/subscriptions/${name}/dead-letters shows each with its reason.`,
  }
}

const filteredAll: Cause = (_facts, { filtered, attempts, publishedPerS }) => {
  if (filtered === 0 || attempts > 0) return null
  return {
    cause: 'FILTERED_ALL',
    severity: 'info',
    text: `Its filters kept back all ${countText(filtered, 'message')} of the last minute.`,
    figures: { filtered, publishedPerS },
    next: 'If something was meant to arrive, look at the filters of the subscription.',
  }
}

const catchingUp: Cause = ({ kafka, nowMs }, { lag, publishedPerS, delivered }) => {
  if (isUnanswered(kafka) || lag === null || publishedPerS === null || delivered === 0) return null
  if (lag <= Math.max(10, publishedPerS * freshS)) return null
  const deliveredPerS = delivered / 60
  const gainPerS = deliveredPerS - publishedPerS
  const ageMs = kafka.oldestPublishedMs === null ? 0 : nowMs - kafka.oldestPublishedMs
  // A burst of the last minute looks the same from its figures, and is over before they change.
  const isFalling = gainPerS <= 0 && ageMs > oldAgeMs
  const end = gainPerS > 0 ? `: at this pace they are gone in ${durationText((lag / gainPerS) * 1_000)}` : ''
  return {
    cause: isFalling ? 'FALLING_BEHIND' : 'CATCHING_UP',
    severity: isFalling ? 'warning' : 'info',
    text:
      `${countText(lag, 'message')} wait, the oldest for ${durationText(ageMs)}; ` +
      `${numberText(deliveredPerS)}/s were delivered and ${numberText(publishedPerS)}/s published in the ` +
      `last minute${end}.`,
    figures: { lag, deliveredPerS, publishedPerS, oldestForMs: ageMs },
    next: isFalling
      ? 'See the other findings for the bound; more partitions or consumers processes share the work.'
      : 'Nothing needs to be done.',
  }
}

function failuresOf({ outcomes }: Tally, isMeant: (outcome: string) => boolean): ReadonlyMap<string, number> {
  const failed = [...outcomes].filter(([outcome]) => !/^2\d\d$/.test(outcome) && isMeant(outcome))
  return new Map(failed.sort((one, other) => other[1] - one[1]))
}

const outcomeWords: Readonly<Record<string, string>> = {
  timeout: 'took longer than its time limit',
  error: 'had no answer (connection failed)',
  forbidden: 'went to an address that may not be called',
  ownFault: 'failed by a fault of Iris',
}

function outcomesText(outcomes: ReadonlyMap<string, number>): string {
  return [...outcomes]
    .map(([outcome, count]) => `${numberText(count)} ${outcomeWords[outcome] ?? `answered ${outcome}`}`)
    .join(', ')
}

function afterFailure({ definition }: Facts, failed: ReadonlyMap<string, number>): string {
  if (isUnanswered(definition)) return 'Failed messages are tried again as their subscription says.'
  const { subscriptionPolicy: policy, retry, endpoint } = definition.subscription
  const backoffMs = retry?.backoffMs ?? policy.messageBackoff
  const windowS = retry?.windowSeconds ?? policy.messageTtl
  const isFinal = [...failed.keys()].some(outcome => /^4\d\d$/.test(outcome)) && !policy.retryClientErrors
  const refused = isFinal ? ' An answer 4xx is not tried again: it becomes a dead letter at once.' : ''
  const rules = (retry?.rules.length ?? 0) > 0 ? ' The rules of `retry` go before that.' : ''
  return (
    `What fails is tried again after ${durationText(backoffMs)} and becomes a dead letter ` +
    `${durationText(windowS * 1_000)} after its first attempt.${refused}${rules} Look at ${hostOf(endpoint)}.`
  )
}

/** An endpoint may hold credentials, so only its host is shown. */
function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : 'the endpoint'
}

function heldTexts(running: Tally['running']): readonly string[] {
  return running.flatMap(({ delivery }) =>
    delivery === null || delivery.isFenced || delivery.heldBack === null ? [] : [delivery.heldBack],
  )
}

/** In the order in which they explain each other. */
export const causesWithin: readonly ((facts: Facts, tally: Tally) => Finding | null)[] = [
  fenced,
  endpointFailing,
  endpointAsksToWait,
  endpointSlow,
  rateAdapted,
  ratePaced,
  keysBlocked,
  keysParked,
  windowFull,
  heldBack,
  deadLetters,
  retriesWaiting,
  lateRetries,
  filteredAll,
  catchingUp,
]
