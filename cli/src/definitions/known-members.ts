// pure
/**
 * Which members a thing may have, from the shapes that management itself reads bodies with.
 * Takes a kind. Gives its members, nested ones too; null stands for anything.
 */
import { z } from 'zod'
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { oAuthProviderShape } from '@iris/common/domain/oauth-provider'
import { batchPolicyShape, serialPolicyShape } from '@iris/common/domain/policy-form'
import { subscriptionShape } from '@iris/common/domain/subscription-form'
import { topicShape } from '@iris/common/domain/topic-form'
import type { Kind } from './thing.js'

/** What may stand somewhere. */
export interface Known {
  /** Names of members; null where any name will do, or no object. */
  readonly members: ReadonlyMap<string, Known> | null
  /** Of a list. */
  readonly items: Known | null
  /** Words, where only these will do. */
  readonly words: readonly string[] | null
  /** JSON types that will do; null for any. */
  readonly types: readonly string[] | null
}

const anything: Known = { members: null, items: null, words: null, types: null }

const policyMembers = { ...batchPolicyShape.shape, ...serialPolicyShape.shape }
const secretReference = z.object({ env: z.string().optional(), file: z.string().optional() })
const textOrReference = z.union([z.string(), secretReference]).nullish()

/** Members that the file has and a body does not, and those that the place in the file says already. */
const shapes: Readonly<Record<Kind, z.ZodObject>> = {
  group: z.object({}),
  oauthProvider: z.object({ ...without(oAuthProviderShape.shape, ['name']), clientSecret: textOrReference }),
  topic: z.object({ ...without(topicShape.shape, ['name']), schema: textOrReference }),
  subscription: z.object({
    ...without(subscriptionShape.shape, ['name', 'topicName', 'suspendedReason']),
    subscriptionPolicy: z.object(without(policyMembers, [])).partial().nullish(),
    oAuthPolicy: z
      .object({
        grantType: z.unknown(),
        providerName: z.unknown(),
        scope: z.unknown(),
        username: z.unknown(),
      })
      .partial()
      .extend({ password: textOrReference })
      .nullish(),
    signing: z.object({ keys: z.array(textOrReference).nullish() }).nullish(),
    endpointPassword: textOrReference,
    startPosition: z.string().nullish(),
  }),
}

const known = new Map<Kind, Known>()

/** The members of a kind. */
export function knownMembers(kind: Kind): Known {
  const found =
    known.get(kind) ?? fromSchema(z.toJSONSchema(shapes[kind], { io: 'input', unrepresentable: 'any' }))
  known.set(kind, found)
  return found
}

/** The JSON Schema of a shape, as far as it matters here; of several that may be null, the other one. */
function fromSchema(schema: unknown): Known {
  if (!isJsonObject(schema)) return anything
  const branches = Array.isArray(schema['anyOf']) ? schema['anyOf'].filter(isJsonObject) : []
  if (branches.length > 0) return merged(branches.map(fromSchema))
  const { properties, items } = schema
  const isOpen = isJsonObject(schema['additionalProperties'])
  return {
    members: isJsonObject(properties) && !isOpen ? membersOf(properties) : null,
    items: items === undefined ? null : fromSchema(items),
    words: wordsOf(schema['enum']),
    types: typesOf(schema['type']),
  }
}

function membersOf(properties: JsonObject): ReadonlyMap<string, Known> {
  return new Map(Object.entries(properties).map(([name, schema]) => [name, fromSchema(schema)]))
}

function wordsOf(words: unknown): readonly string[] | null {
  return Array.isArray(words) ? words.filter(word => typeof word === 'string') : null
}

function typesOf(type: unknown): readonly string[] | null {
  if (typeof type === 'string') return [type]
  return Array.isArray(type) ? type.filter(each => typeof each === 'string') : null
}

function merged(branches: readonly Known[]): Known {
  const types = branches.every(each => each.types !== null)
    ? branches.flatMap(each => each.types ?? [])
    : null
  return {
    members: branches.find(each => each.members !== null)?.members ?? null,
    items: branches.find(each => each.items !== null)?.items ?? null,
    words: branches.find(each => each.words !== null)?.words ?? null,
    types,
  }
}

function without(shape: z.ZodRawShape, names: readonly string[]): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(shape).filter(([name]) => !names.includes(name))) as Record<
    string,
    z.ZodType
  >
}
