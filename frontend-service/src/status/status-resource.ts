/**
 * The status resource of accepted messages: `GET /topics/{topic}/messages/{id}`.
 * Takes requests. Gives the status from the spool here, or from the frontend that has the message.
 * Promises: one frontend passes a question on, the other answers it itself; every answer comes within
 * `answerMs`. Bounds: questions at a time, fellows asked.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { problemBody } from '@iris/common/errors/problem'
import { topicName } from '@iris/common/domain/names'
import type { Route } from '@iris/common/http/router'
import { withDeadline, type Scheduler } from '@iris/common/time/scheduler'
import type { Company } from '../fellows/company.js'
import type { Fellow } from '../fellows/card.js'
import { isForwarded } from '../fellows/forward.js'
import type { SpoolStatus } from '../spool/spool.js'
import type { Spools } from '../spool/spools.js'
import { messageStatus, type SubscriptionStates } from './message-status.js'
import { frontendParameter, statusRoute } from './status-path.js'
import { subscriptionStates, type StatePorts } from './subscription-states.js'

export interface StatusResourceParts {
  readonly scheduler: Scheduler
  /** Null where this frontend accepts nothing; it still passes questions on. */
  readonly spools: Pick<Spools, 'status'> | null
  readonly company: Pick<Company, 'fellows' | 'forward'>
  readonly ports: StatePorts
  readonly retention: string
  readonly onDefect: (error: unknown) => void
}

/** What is answered. */
interface Answer {
  readonly status: number
  readonly body: string
}

const answerMs = 10_000
/** Less than the whole: a fellow that is silent leaves time to say so. */
const fellowMs = 8_000
const statesMs = 6_000
const questionsMax = 32
const fellowsMax = 8
const overloaded = refusal('OVERLOADED', { retryAfterS: 1 }, 'frontend')

/** Makes the route. */
export function createStatusResource(parts: StatusResourceParts): Route {
  let openCount = 0
  return {
    method: 'GET',
    path: statusRoute,
    handle(request, response, { name = '', id = '' }) {
      if (openCount >= questionsMax) return send(response, refused(overloaded))
      openCount++
      withDeadline(parts.scheduler, answerMs, `the status of ${id}`, answer(parts, request, name, id))
        .then(
          made => send(response, made),
          (error: unknown) => {
            send(response, refused(refusal('NOT_READY', { problem: (error as Error).message }, 'frontend')))
          },
        )
        .catch(parts.onDefect)
        .finally(() => openCount--)
    },
  }
}

async function answer(
  parts: StatusResourceParts,
  request: IncomingMessage,
  topic: string,
  id: string,
): Promise<Answer> {
  const known = parts.spools?.status(id) ?? null
  if (known?.topicName === topic) {
    const status = messageStatus(known, await statesOf(parts, known))
    return { status: 200, body: JSON.stringify(status) }
  }
  const elsewhere = isForwarded(request) ? null : await askFellows(parts, request)
  if (elsewhere !== null) return elsewhere
  return refused(refusal('MESSAGE_NOT_KNOWN', { id, topic, retention: parts.retention }, 'frontend'))
}

/** Null while Kafka does not have the message, or will not. */
async function statesOf(parts: StatusResourceParts, known: SpoolStatus): Promise<SubscriptionStates | null> {
  const { settled } = known
  const name = topicName(known.topicName)
  if (settled?.end.kind !== 'stored' || name === undefined) return null
  const { partition, offset } = settled.end
  const message = { id: known.id, topicName: name, partition, offset, storedMs: settled.settledMs }
  try {
    const states = subscriptionStates(parts.ports, message)
    return await withDeadline(parts.scheduler, statesMs, 'asking for the subscriptions', states)
  } catch (error) {
    return { states: new Map(), notes: [`the subscriptions cannot be told now: ${(error as Error).message}`] }
  }
}

/**
 * The frontend that the path names; where it is gone or does not know, the others. Null where nobody knows.
 */
async function askFellows(parts: StatusResourceParts, request: IncomingMessage): Promise<Answer | null> {
  const { fellows } = parts.company
  const path = request.url ?? ''
  const named = fellows.find(new URL(path, 'http://here').searchParams.get(frontendParameter) ?? '')
  const self = fellows.self()
  const others = fellows.all().filter(fellow => fellow.id !== self?.id && fellow.id !== named?.id)
  const first = named === undefined || named.id === self?.id ? null : await ask(parts, named, path)
  if (first !== null) return first
  const answers = await Promise.all(others.slice(0, fellowsMax).map(fellow => ask(parts, fellow, path)))
  return answers.find(each => each !== null) ?? null
}

/** Null for a fellow that does not know the message or does not answer. */
async function ask(parts: StatusResourceParts, fellow: Fellow, path: string): Promise<Answer | null> {
  const result = await parts.company.forward(fellow, {
    method: 'GET',
    path,
    headers: [],
    body: null,
    limitMs: fellowMs / 2,
  })
  if (result.kind !== 'answer' || result.status !== 200) return null
  return { status: 200, body: result.body.toString('utf8') }
}

function refused(error: HermesError): Answer {
  return { status: error.status, body: problemBody(error) }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  if (response.headersSent || response.destroyed) return
  const length = String(Buffer.byteLength(body))
  response.writeHead(status, ['Content-Type', 'application/json', 'Content-Length', length])
  response.end(body)
}
