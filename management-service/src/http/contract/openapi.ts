// pure
/**
 * The description of the REST API for programs: OpenAPI 3.1, made from the contracts.
 * Takes the contracts of management and those of the frontends. Gives the document.
 * Promises: every route, parameter, body, answer and error of a contract is in it, and nothing else.
 */
import { z } from 'zod'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { errorCodes, type ErrorCode } from '@iris/common/errors/codes'
import type {
  AnswerContract,
  BodyContract,
  MediaContract,
  ResourceContract,
  RouteContract,
} from './contract.js'
import { withDryRun } from './implied.js'
import { byStatus, errorsOf, pathNames } from './implied-errors.js'
import type {
  Answer,
  AnswerHeaders,
  Content,
  OpenApiDocument,
  Operation,
  Parameter,
  Reference,
  RequestBody,
} from './openapi-types.js'
import { pathParameters } from './parameters.js'

/** What the contracts do not know. */
export interface OpenApiFacts {
  readonly version: string
  /** Where frontends are reached by publishers. */
  readonly frontendUrl: string
}

const jsonType = 'application/json'

/** Makes the document. */
export function openApiDocument(
  resources: readonly ResourceContract[],
  { version, frontendUrl }: OpenApiFacts,
): OpenApiDocument {
  const schemas = createSchemas()
  const refused = createRefusals()
  const frontends = [{ url: frontendUrl, description: 'A frontend, for publishers' }]
  const paths: Record<string, Record<string, Operation>> = {}
  for (const { tag, isOfFrontend, routes } of resources) {
    for (const [key, contract] of Object.entries(routes)) {
      if (contract === undefined) continue
      const [method = '', path = ''] = key.split(' ')
      const operation = operationOf(key, contract, { schemas, refused, isOfFrontend: isOfFrontend === true })
      const item = (paths[path.replaceAll(/[:*](\w+)/g, '{$1}')] ??= {})
      const servers = isOfFrontend === true ? { servers: frontends } : {}
      item[method.toLowerCase()] = { tags: [tag], ...operation, ...servers }
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Iris',
      version,
      description:
        'Publish over HTTP, kept by Kafka, delivered by webhooks; compatible with Hermes. ' +
        'Every refusal is `{"message","code"}`, or problem details with `Accept: application/problem+json`.',
    },
    servers: [{ url: '/', description: 'Management' }],
    tags: resources.map(({ tag, description }) => ({ name: tag, description })),
    paths,
    components: {
      schemas: { ...schemas.named, Error: errorSchema, Problem: problemSchema },
      responses: refused.named,
      securitySchemes,
    },
  }
}

const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key or a token, where management asks for one',
  },
}

const errorSchema = {
  type: 'object',
  required: ['code'],
  properties: {
    message: { type: 'string' },
    code: { enum: Object.keys(errorCodes), description: 'A word of the table of errors' },
  },
}
const problemSchema = {
  type: 'object',
  description: 'Problem details (RFC 9457) with members of ours',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', description: '`urn:iris:error:` and the code' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'The message it is about' },
    code: { enum: Object.keys(errorCodes) },
    field: { type: 'string', description: 'The header or member that is wrong' },
    pointer: { type: 'string', description: 'Where it stands in the body: a JSON pointer' },
    limit: { type: 'number', description: 'The bound that was passed' },
    errors: {
      type: 'array',
      description: 'Where more than one thing is wrong: each of them',
      items: {
        type: 'object',
        required: ['detail'],
        properties: { detail: { type: 'string' }, pointer: { type: 'string' } },
      },
    },
    fix: { type: 'string', description: 'What helps' },
    dependants: { type: 'array', items: { type: 'string' }, description: 'What stands in the way' },
    difference: {
      type: 'array',
      items: { type: 'object', required: ['member'], properties: { member: { type: 'string' } } },
      description: 'Members that are others than the caller read: `read` and `present`',
    },
  },
}

/** Schemas as components, those with a name once. */
interface Schemas {
  readonly named: Record<string, JsonObject>
  of(schema: z.ZodType): JsonObject
}

function createSchemas(): Schemas {
  const named: Record<string, JsonObject> = {}
  return {
    named,
    of(schema) {
      const made = z.toJSONSchema(schema, { io: 'input', override: withoutNoise })
      const text = JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/')
      const { $defs = {}, ...described } = JSON.parse(text) as Record<string, JsonObject>
      delete described['$schema'] // the document says it for all
      Object.assign(named, $defs)
      return described
    },
  }
}

/** Takes out what Zod says of every record and whole number, and what goes without saying. */
function withoutNoise({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  const { propertyNames: names, minimum, maximum } = jsonSchema
  if (typeof names === 'object' && Object.keys(names).length === 1) delete jsonSchema.propertyNames
  if (minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
}

interface Around {
  readonly schemas: Schemas
  readonly refused: Refusals
  readonly isOfFrontend: boolean
}

function operationOf(
  key: string,
  contract: RouteContract,
  around: Around,
): Omit<Operation, 'tags' | 'servers'> {
  const { schemas, refused, isOfFrontend } = around
  const { summary, description, right, headers = {}, body } = contract
  const { query, answers } = isOfFrontend ? { query: {}, ...contract } : withDryRun(key, contract)
  const errors = isOfFrontend ? byStatus(contract.errors ?? []) : errorsOf(key, contract)
  const parameters = [
    ...pathNames(key).map(pathParameter),
    ...Object.entries(query).map(([name, schema]) => parameter('query', name, schemas.of(schema), schema)),
    ...Object.entries(headers).map(([name, schema]) => parameter('header', name, schemas.of(schema), schema)),
  ]
  const isOpen = right === 'anyone'
  return {
    operationId: operationId(key),
    summary,
    ...(description === undefined ? {} : { description }),
    ...(isOfFrontend ? {} : { 'x-iris-right': right, security: isOpen ? [] : [{}, { bearer: [] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: requestBody(schemas, body) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, success(schemas, status, answer)]),
      ),
      ...refused.of(errors, answers),
    },
  }
}

/** `GET /topics/:topic/clients` is `getTopicsByTopicClients`. */
export function operationId(key: string): string {
  const [method = '', path = ''] = key.split(' ')
  const words = path.split(/[^A-Za-z:]+/).filter(word => word !== '')
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
  const named = words.map(word => (word.startsWith(':') ? `By${capital(word.slice(1))}` : capital(word)))
  return method.toLowerCase() + named.join('')
}

function pathParameter(name: string): Parameter {
  const { pattern, description = name, example = name } = pathParameters[name] ?? {}
  const schema = { type: 'string', minLength: 1, ...(pattern === undefined ? {} : { pattern }) }
  return { name, in: 'path', required: true, description, schema, example }
}

function parameter(
  place: 'query' | 'header',
  name: string,
  described: JsonObject,
  shape: z.ZodType,
): Parameter {
  const { description, ...schema } = described
  const text = typeof description === 'string' ? { description } : {}
  return { name, in: place, required: !shape.safeParse(undefined).success, ...text, schema }
}

function requestBody(schemas: Schemas, body: BodyContract): RequestBody {
  const { schema, required = [], isOptional, types = [jsonType], example } = body
  const described = { ...schemas.of(schema), ...(required.length === 0 ? {} : { required }) }
  const content = Object.fromEntries(types.map(type => [type, { schema: described, example }]))
  return { required: isOptional !== true, content }
}

function success(schemas: Schemas, status: string, answer: AnswerContract): Answer {
  const media = (content: MediaContract): Content[string] => ({
    ...(content.schema === null ? {} : { schema: schemas.of(content.schema) }),
    ...(content.example === undefined ? {} : { example: content.example }),
  })
  const { description = descriptions[status] ?? 'The answer', headers, content } = answer
  const types = Object.entries(content).map(([type, each]) => [type, media(each)] as const)
  return {
    description,
    ...(headers === undefined ? {} : { headers: responseHeaders(headers) }),
    ...(types.length === 0 ? {} : { content: Object.fromEntries(types) }),
  }
}

function responseHeaders(headers: Readonly<Record<string, string>>): AnswerHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  )
}

const descriptions: Readonly<Record<string, string>> = {
  '200': 'Done',
  '201': 'Made',
  '202': 'Accepted',
  '204': 'Done; there is nothing to say',
}

/** Refusals as components: most routes share theirs. */
interface Refusals {
  readonly named: Record<string, Answer>
  /** By status. A status that is also an answer of its own, such as 503 of a status page, stays that. */
  of(errors: ReadonlyMap<number, readonly ErrorCode[]>, answers: object): Readonly<Record<string, Reference>>
}

function createRefusals(): Refusals {
  const named: Record<string, Answer> = {}
  const names = new Map<string, string>()
  const nameOf = (status: number, codes: readonly ErrorCode[]): string => {
    const key = [status, ...codes].join()
    const name = names.get(key) ?? `Refusal${names.size + 1}`
    names.set(key, name)
    named[name] ??= refusalWith(codes)
    return name
  }
  return {
    named,
    of(errors, answers) {
      const rows = [...errors].filter(([status]) => !(status in answers))
      return Object.fromEntries(
        rows.map(([status, codes]) => [status, { $ref: `#/components/responses/${nameOf(status, codes)}` }]),
      )
    },
  }
}

function refusalWith(codes: readonly ErrorCode[]): Answer {
  const own = (name: string): JsonObject => ({
    schema: { $ref: `#/components/schemas/${name}`, properties: { code: { enum: codes } } },
  })
  return {
    description: codes.map(code => `\`${code}\``).join(', '),
    content: { [jsonType]: own('Error'), 'application/problem+json': own('Problem') },
  }
}
