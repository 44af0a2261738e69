/**
 * The status routes of the consumers.
 * Takes requests of people, probes and Prometheus. Gives answers from memory: nothing here asks anyone.
 * Refuses every other path with 404, and every method but GET and HEAD with 405.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { figuresPath, subscriptionFigures, type SubscriptionSign } from '@iris/common/metrics/figures'
import { selfPath } from '@iris/common/lifecycle/self-page'
import type { Metrics } from '@iris/common/metrics/registry'
import { inSharedTurns, type TurnTime } from '@iris/common/time/turns'
import type { FleetRow } from '../workload/fleet.js'

export interface StatusParts extends TurnTime {
  readonly metrics: Metrics
  rows(only?: string): readonly FleetRow[]
  signs(): Iterable<SubscriptionSign>
  /** What keeps the process from its work, in sentences; empty when it is ready. */
  problems(): readonly string[]
  /** What it says of itself, as JSON. */
  self(): Promise<string>
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

const json = 'application/json'
/** Subscriptions that one answer about readiness names; `/status/subscriptions` names them all. */
export const notesMax = 20

/** Makes the handler. */
export function createStatusHandler(
  parts: StatusParts,
): (request: IncomingMessage, response: ServerResponse) => void {
  const figures = inSharedTurns(parts, () => subscriptionFigures(parts.metrics, parts.signs()))
  return (request, response) => {
    request.resume()
    answer({ ...parts, figures }, request).then(
      ({ status, type, body }) => {
        const bytes = Buffer.from(body)
        response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length })
        response.end(request.method === 'HEAD' ? undefined : bytes)
      },
      () => response.writeHead(500).end(),
    )
  }
}

type Pages = StatusParts & { figures(): Promise<string> }

async function answer(parts: Pages, request: IncomingMessage): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, type: json, body: '' }
  switch ((request.url ?? '').split('?', 1)[0]) {
    case '/status/ping':
      return { status: 200, type: 'text/plain', body: 'UP' }
    case '/status/health':
      return { status: 200, type: json, body: '{"status": "UP"}' }
    case '/status/ready':
      return ready(parts.problems(), notesOf(parts.rows()))
    case '/status/subscriptions':
      return { status: 200, type: json, body: JSON.stringify(parts.rows(onlyOf(request)).map(shown)) }
    case '/status/subscriptionsCount':
      return {
        status: 200,
        type: json,
        body: String(parts.rows().filter(row => row.notRunning === null).length),
      }
    case figuresPath:
      return { status: 200, type: json, body: await parts.figures() }
    case selfPath:
      return { status: 200, type: json, body: await parts.self() }
    case '/status/prometheus':
      return { status: 200, type: parts.metrics.contentType, body: await parts.metrics.text() }
    default:
      return { status: 404, type: json, body: '' }
  }
}

/** Notes are about single subscriptions: the process does the rest of its work and stays ready. */
function ready(problems: readonly string[], notes: readonly string[]): Answer {
  const verdict = problems.length === 0 ? { status: 'READY' } : { status: 'NOT_READY', problems }
  const body = JSON.stringify(notes.length === 0 ? verdict : { ...verdict, notes })
  return { status: problems.length === 0 ? 200 : 503, type: json, body }
}

/** What keeps subscriptions of this process from beginning, such as a foreign member of their group. */
function notesOf(rows: readonly FleetRow[]): readonly string[] {
  const notes = rows.flatMap(({ id, status }) =>
    status.problem === null ? [] : [`${id}: ${status.problem}`],
  )
  if (notes.length <= notesMax) return notes
  return [...notes.slice(0, notesMax), `${notes.length - notesMax} more, see /status/subscriptions`]
}

/** `?name=group.topic$subscription` asks for one of what may be thousands. */
function onlyOf(request: IncomingMessage): string | undefined {
  return new URL(request.url ?? '', 'http://unused').searchParams.get('name') ?? undefined
}

/** What waits in the delay topic, in words; null when nothing does. */
function delayedText({ messages, nextDueMs }: FleetRow['status']['delayed']): string | null {
  if (messages === 0) return null
  const until = nextDueMs === null ? '' : `, the next until ${new Date(nextDueMs).toISOString()}`
  return `${messages} wait in the delay topic${until}`
}

/** `qualifiedName` and `signalTimesheet` as in Hermes; the rest is ours. */
function shown({ id, times, slot, notRunning, status }: FleetRow): Record<string, unknown> {
  return {
    qualifiedName: id,
    signalTimesheet: times,
    slot: slot === null ? null : `${slot.slot + 1} of ${slot.of}`,
    notRunning: notRunning ?? status.problem,
    delivery: status.pipeline,
    recent: status.recent,
    delayed: delayedText(status.delayed),
    partitions: status.partitions,
  }
}
