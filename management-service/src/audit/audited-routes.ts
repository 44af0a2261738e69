/**
 * Routes whose changes are kept.
 * Takes routes with their contracts. Gives the same, of which those that change something write a record
 * after they were carried out. Promises: what was refused, or only tried (`dryRun`), is no change; a record
 * that cannot be stored is logged as a whole and counted, and the change's answer stays what it is.
 */
import { z } from 'zod'
import type { ApiAnswer, ApiRequest } from '@iris/common/http/api'
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import type { PromisedRoute } from '../http/contract/contract.js'
import { auditRecordOf, type AuditedThing, type AuditRecord } from './audit-record.js'
import { auditAction, auditedThing, pathOf } from './audited-thing.js'

export interface AuditParts {
  readonly clock: Clock
  readonly log: Log
  /** The definition as answers show it; null where there is none, or none that can be read. */
  shown(thing: AuditedThing): Promise<JsonObject | null>
  /** Resolves when Kafka holds the record. */
  append(record: AuditRecord): Promise<void>
  /** Called for each record that could not be stored. */
  lost(): void
}

/** Wraps those that change something. */
export function auditedRoutes(parts: AuditParts, routes: readonly PromisedRoute[]): readonly PromisedRoute[] {
  return routes.map(route =>
    isChange(route) ? { ...route, handle: request => audited(parts, route, request) } : route,
  )
}

function isChange({ method, contract }: PromisedRoute): boolean {
  return method !== 'GET' && contract.onlyAsks !== true
}

/** Redrives and replays say it in the body; elsewhere a body may say what it likes. */
function isTrial({ contract }: PromisedRoute, { query, body }: ApiRequest): boolean {
  if (query.get('dryRun') === 'true') return true
  const schema = contract.body?.schema
  const knowsTrials = schema instanceof z.ZodObject && 'dryRun' in schema.shape
  return knowsTrials && isJsonObject(body) && body['dryRun'] === true
}

async function audited(parts: AuditParts, route: PromisedRoute, request: ApiRequest): Promise<ApiAnswer> {
  if (isTrial(route, request)) return route.handle(request)
  const { params, query, body, principal } = request
  const thing = auditedThing(route.path, params, body)
  const action = auditAction(route.method, route.path)
  const shown = (): Promise<JsonObject | null> =>
    action === 'done' ? Promise.resolve(null) : parts.shown(thing)
  const before = await shown()
  const answer = await route.handle(request)
  if (answer.status >= 300) return answer
  const after = await shown()
  const search = query.size === 0 ? '' : `?${query.toString()}`
  const record = auditRecordOf({
    ...{ timeMs: parts.clock.now(), user: principal.name, action, thing, body, before, after },
    request: `${route.method} ${pathOf(route.path, params)}${search}`,
  })
  try {
    await parts.append(record)
  } catch (error) {
    parts.lost()
    parts.log.error('audit.notStored', { error, record })
  }
  return answer
}
