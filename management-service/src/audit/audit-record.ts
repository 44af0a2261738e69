// pure
/**
 * One change as the audit keeps it: who, when, what, and what the definition was before and after.
 * Takes a request that was carried out and the masked definitions around it. Gives the record, and reads one
 * again. Promises: no secret is in it; a record is at most `recordLettersMax` letters, the parts of a larger
 * one are left out and said to be.
 */
import { z } from 'zod'
import { maskEndpoint } from '@iris/common/domain/endpoint'
import { isJsonObject, type JsonObject, type ValueOf } from '@iris/common/domain/json-shapes'
import { differencesBetween } from '../changes/versions.js'

export const resourceKinds = ['group', 'topic', 'subscription', 'oauthProvider', 'other'] as const
export type ResourceKind = (typeof resourceKinds)[number]

/** `done`: something was carried out that changes no definition, such as a redrive. */
export const auditActions = ['created', 'updated', 'removed', 'done'] as const
export type AuditAction = (typeof auditActions)[number]

/** What a change was made to. */
export interface AuditedThing {
  readonly kind: ResourceKind
  /** `group`, `group.topic`, `group.topic$subscription`, a provider; the path of anything else. */
  readonly name: string
}

const difference = z.object({
  member: z.string().describe('Nested ones joined by dots'),
  before: z.unknown(),
  after: z.unknown(),
})

/** A record, as it is kept and answered. */
export const auditRecord = z.object({
  time: z.int().describe('Milliseconds since the epoch'),
  user: z.string(),
  action: z.enum(auditActions),
  kind: z.enum(resourceKinds),
  name: z.string(),
  request: z.string().describe('Method, path and query'),
  asked: z.unknown().optional().describe('The body of a request that changes no definition; secrets masked'),
  before: z.record(z.string(), z.unknown()).optional().describe('The definition, secrets masked'),
  after: z.record(z.string(), z.unknown()).optional().describe('The definition, secrets masked'),
  differences: z.array(difference).optional(),
  isShortened: z.boolean().optional().describe('The definitions were too large to be kept'),
})
export type AuditRecord = ValueOf<typeof auditRecord>

/** A change that was carried out. */
export interface Change {
  readonly timeMs: number
  readonly user: string
  readonly action: AuditAction
  readonly thing: AuditedThing
  readonly request: string
  readonly body: unknown
  /** Null where there was, or is, no such definition, or none that could be read. */
  readonly before: JsonObject | null
  readonly after: JsonObject | null
}

/** A definition is at most as large as a ZooKeeper node, and stands here twice beside its differences. */
export const recordLettersMax = 900_000
/** Times move with every write and say nothing. */
const untold = ['createdAt', 'modifiedAt']
const secretNames = /pass(word|wd)|secret|token|credential|authorization|^keys?$|apikey/i
const mask = '******'

/** The record of a change. */
export function auditRecordOf(change: Change): AuditRecord {
  const { timeMs, user, action, thing, request, body, ...around } = change
  const before = around.before === null ? null : withoutTimes(around.before)
  const after = around.after === null ? null : withoutTimes(around.after)
  const common = { time: timeMs, user, action, ...thing, request }
  const isDefinition = action !== 'done'
  const full: AuditRecord = {
    ...common,
    ...(isDefinition || body === null ? {} : { asked: masked(body) }),
    ...(before === null ? {} : { before }),
    ...(after === null ? {} : { after }),
    ...(before === null || after === null ? {} : { differences: told(before, after) }),
  }
  return JSON.stringify(full).length <= recordLettersMax ? full : { ...common, isShortened: true }
}

/** Reads a record of the log; null for what is none. */
export function readAuditRecord(value: Buffer | null): AuditRecord | null {
  if (value === null) return null
  try {
    const read = auditRecord.safeParse(JSON.parse(value.toString('utf8')))
    return read.success ? read.data : null
  } catch {
    return null // not JSON: somebody else wrote into the topic, and the listing goes on
  }
}

/** Any JSON with stars for whatever its name calls a secret, and for passwords in addresses. */
export function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskEndpoint(value)
  if (Array.isArray(value)) return value.map(masked)
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    inner !== null && secretNames.test(name) ? mask : masked(inner),
  ])
  return Object.fromEntries(entries) as JsonObject
}

function told(before: JsonObject, after: JsonObject): AuditRecord['differences'] {
  return differencesBetween(before, after).map(({ member, read, present }) => ({
    ...{ member, before: read ?? null, after: present ?? null },
  }))
}

function withoutTimes(definition: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(definition).filter(([name]) => !untold.includes(name)))
}
