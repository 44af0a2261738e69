// pure
/**
 * Parts of paths and parameters of queries, described once for all routes.
 */
import { z } from 'zod'
import { limitMax } from '../../dead-letters/list.js'
import type { ErrorWord } from './contract.js'

/** A part of a path. */
export interface PathParameter {
  readonly description: string
  readonly example: string
  /** What it must look like to be looked for at all. */
  readonly pattern?: string
  /** What is answered when nothing has that name. */
  readonly errors: readonly ErrorWord[]
}

const number = '^[0-9]{1,9}$'

/** By their names in the paths of the routes. */
export const pathParameters: Readonly<Record<string, PathParameter>> = {
  group: { description: 'Name of a group', example: 'demo', errors: ['GROUP_NOT_EXISTS'] },
  topic: {
    description: 'Qualified name of a topic: group, dot, name',
    example: 'demo.orders',
    errors: ['TOPIC_NOT_EXISTS', 'OTHER 400'],
  },
  subscription: {
    description: 'Name of a subscription of the topic',
    example: 'billing',
    errors: ['SUBSCRIPTION_NOT_EXISTS'],
  },
  provider: {
    description: 'Name of an OAuth provider',
    example: 'corporate',
    errors: ['OAUTH_PROVIDER_NOT_EXISTS'],
  },
  version: { description: 'Number of a version', example: '1', pattern: number, errors: ['OTHER 404'] },
  index: {
    description: 'Place in the preview, from 0',
    example: '0',
    pattern: number,
    errors: ['OTHER 404'],
  },
  partition: { description: 'Number of a partition', example: '0', pattern: number, errors: ['OTHER 404'] },
  offset: {
    description: 'Offset in the partition',
    example: '17',
    pattern: '^[0-9]{1,15}$',
    errors: ['OTHER 404'],
  },
  cluster: {
    description: 'Name of the Kafka cluster',
    example: 'primary-dc',
    errors: ['BROKERS_CLUSTER_NOT_FOUND_EXCEPTION'],
  },
  datacenter: { description: 'Name of a data centre', example: 'dc', errors: ['VALIDATION_ERROR'] },
  source: {
    description: 'Name of a source of owners',
    example: 'Plaintext',
    errors: ['OWNER_SOURCE_NOT_FOUND'],
  },
  mask: {
    description: 'Mask of a signing key, or the eight letters at its end',
    example: '9af4d2c1',
    errors: ['SIGNING_KEY_NOT_EXISTS'],
  },
  key: {
    description: 'A parked key: its hash, or the key itself',
    example: 'f151e3eb53c6a884',
    errors: ['PARKED_KEY_NOT_EXISTS'],
  },
  name: { description: 'Name of an API key', example: 'orders-service', errors: ['API_KEY_NOT_EXISTS'] },
  messageId: {
    description: '`Hermes-Message-Id` of the publish answer',
    example: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
    errors: [],
  },
  messageKey: { description: 'A `Partition-Key`, percent-encoded', example: 'order-17', errors: [] },
  rest: { description: 'Whatever a link of the console says', example: 'groups', errors: [] },
  id: { description: 'Id as the list gives it', example: '0-17', errors: [] },
}

/** `true` is yes, anything else no. */
export function flag(description: string): z.ZodType {
  return z.enum(['true', 'false']).optional().describe(description)
}

/** A text. */
export function words(description: string): z.ZodType {
  return z.string().optional().describe(description)
}

/** A moment. */
export function moment(description: string): z.ZodType {
  return z
    .string()
    .optional()
    .describe(`${description}: a date such as 2026-05-01T12:00:00Z, or milliseconds since the epoch`)
}

/** A page of a list. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(limitMax).optional().describe('Items of the page at most'),
  after: words('`next` of the page before, as it was given'),
}
