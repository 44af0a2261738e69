/**
 * The status resource of accepted messages: `GET /topics/{topic}/messages/{id}`.
 * Takes requests. Gives the status from the spool here, or from the frontend that has the message.
 * Promises: one frontend passes a question on, the other answers it itself; every answer comes within
 * `answerMs`; 404 only when everybody who may have the message has said that it is not there.
 * Bounds: questions at a time, fellows asked.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorCodes } from '@iris/common/errors/codes'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { problemBody } from '@iris/common/errors/problem'
import { topicName } from '@iris/common/domain/names'
import { answerWhole, jsonHeaders, type Route } from '@iris/common/http/router'
import { withDeadline, type Scheduler } from '@iris/common/time/scheduler'
import type { Company } from '../fellows/company.js'
import type { Fellow } from '../fellows/card.js'
import { notReady, overloaded } from '../publish/refusals.js'
import type { SpoolStatus } from '../spool/spool.js'
import type { Spools } from '../spool/spools.js'
import { messageStatus, type SubscriptionStates } from './message-status.js'
import { frontendParameter, statusRoute } from './status-path.js'
import { subscriptionStates, type StatePorts } from './subscription-states.js'

export interface StatusResourceParts {
  readonly scheduler: Scheduler
  /** Null where this frontend accepts nothing; it still passes questions on. */
  readonly spools: Pick<Spools, 'status'> | null
  readonly company: Pick<Company, 'fellows' | 'forward' | 'isForwarded'>
  readonly ports: StatePorts
  readonly retention: string
  readonly onDefect: (error: unknown) => void
}

/** What is answered. */
interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a fellow says: its answer, or that it does not know the message, or nothing that tells. */
type FellowWord = Answer | 'notKnown' | 'silent'

const answerMs = 16_000
const statesMs = 6_000
/** More than a fellow takes for its answer, and twice it less than the whole. */
const fellowMs = 7_000
const questionsMax = 32
/** All are asked at once. */
export const fellowsMax = 64
const notKnownStatus = errorCodes.MESSAGE_NOT_KNOWN.status

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
          (error: unknown) => send(response, untold((error as Error).message)),
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
    return told(JSON.stringify(status))
  }
  const elsewhere = parts.company.isForwarded(request) ? null : await askFellows(parts, request)
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
 * The frontend that the path names; where it does not have the message, the others. Null where all have said
 * that they do not know it. One that is away may have it on its disk, so that its absence is no answer.
 */
async function askFellows(parts: StatusResourceParts, request: IncomingMessage): Promise<Answer | null> {
  const { fellows } = parts.company
  const path = request.url ?? ''
  const name = new URL(path, 'http://here').searchParams.get(frontendParameter) ?? ''
  const self = fellows.self()
  if (self === null) return untold('this frontend is still starting')
  const isNamed = name !== '' && name !== self.id
  const named = isNamed ? fellows.find(name) : undefined
  const others = fellows.all().filter(fellow => fellow.id !== self.id && fellow !== named)
  const first = named === undefined ? 'notKnown' : await ask(parts, named, path)
  if (typeof first === 'object') return first
  const words = await Promise.all(others.slice(0, fellowsMax).map(fellow => ask(parts, fellow, path)))
  const known = words.find(word => typeof word === 'object')
  if (known !== undefined) return known
  if (isNamed && named === undefined) return untold(`the frontend ${name}, which accepted it, is away`)
  if (first === 'silent') return untold(`the frontend ${name}, which accepted it, does not answer`)
  if (words.includes('silent')) return untold('a frontend that may have accepted it does not answer')
  if (others.length > fellowsMax) return untold(`only ${fellowsMax} of ${others.length} frontends were asked`)
  return null
}

async function ask(parts: StatusResourceParts, fellow: Fellow, path: string): Promise<FellowWord> {
  const question = { method: 'GET', path, headers: [], body: null, limitMs: fellowMs } as const
  const result = await parts.company.forward(fellow, question)
  if (result.kind !== 'answer') return 'silent'
  if (result.status === 200) return told(result.body.toString('utf8'))
  return result.status === notKnownStatus ? 'notKnown' : 'silent'
}

function told(body: string): Answer {
  return { status: 200, body, headers: {} }
}

/** Nobody can tell now; whoever has the message will. */
function untold(problem: string): Answer {
  return refused(notReady(problem))
}

function refused(error: HermesError): Answer {
  return { status: error.status, body: problemBody(error), headers: error.headers }
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  answerWhole(response, status, [...jsonHeaders, ...Object.entries(headers).flat()], body)
}
