/**
 * The reference of the REST API: a page a resource, made from the contracts of the routes.
 * Gives path -> text. Promises: every route, parameter, member, answer and error of a contract is in it.
 */
import { contracts, frontendContracts } from '@iris/management-service/http/contract/contracts'
import { curlOf } from '@iris/management-service/http/contract/docs-curl'
import { membersOf } from '@iris/management-service/http/contract/docs-members'
import { openApiDocument } from '@iris/management-service/http/contract/openapi'
import type {
  Answer,
  Content,
  OpenApiDocument,
  Operation,
  Reference,
} from '@iris/management-service/http/contract/openapi-types'

const folder = 'docs/reference/rest'
const addresses = { management: 'http://127.0.0.1:8090', frontend: 'http://127.0.0.1:8080' }
/** The pages that explain what the calls are for. */
const explanations: Readonly<Record<string, string>> = {
  Publishing: 'publishing.md',
  Reading: 'streams.md',
  Groups: 'groups.md',
  Topics: 'topics.md',
  'AVRO schemas': 'schemas.md',
  'JSON Schemas': 'schemas.md',
  Subscriptions: 'subscriptions.md',
  'Signing keys': 'signing.md',
  Retransmission: 'retransmission.md',
  'Dead letters': 'dead-letters.md',
  Tasks: 'tasks.md',
  'Scheduled messages': 'scheduled-messages.md',
  Traces: 'trace.md',
  Diagnosis: 'why.md',
  Filters: 'filters.md',
  Queries: 'queries.md',
  Graph: 'graph.md',
  Metrics: 'metrics.md',
  'OAuth providers': 'oauth.md',
  Consistency: 'upkeep.md',
  Installation: 'looking.md',
  Audit: 'audit.md',
  'API keys': 'keys.md',
  Descriptions: 'openapi.md',
}

/** One operation with its place. */
interface Placed {
  readonly path: string
  readonly method: string
  readonly operation: Operation
}

interface Resource {
  readonly name: string
  readonly description: string
  readonly page: string
  readonly placed: readonly Placed[]
}

/** All pages. */
export function restReference(generated: string): Readonly<Record<string, string>> {
  const document = openApiDocument([...frontendContracts, ...contracts], {
    ...{ version: '', frontendUrl: addresses.frontend },
  })
  const placed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Placed => ({ path, method, operation })),
  )
  const resources = document.tags.map(({ name, description }): Resource => {
    const page = `${name.toLowerCase().replaceAll(' ', '-')}.md`
    return {
      name,
      description,
      page,
      placed: placed.filter(({ operation }) => operation.tags.includes(name)),
    }
  })
  const pages = resources.map((each): [string, string] => [
    `${folder}/${each.page}`,
    pageOf(document, each, generated),
  ])
  return { [`${folder}/README.md`]: indexOf(resources, generated), ...Object.fromEntries(pages) }
}

function indexOf(resources: readonly Resource[], generated: string): string {
  const sections = resources.map(({ name, page, placed }) => {
    const rows = placed.map(
      each => `| [\`${titleOf(each)}\`](${page}#${anchorOf(each)}) | ${summaryOf(each)} |`,
    )
    return [`## [${name}](${page})`, '', '| call | |', '| --- | --- |', ...rows].join('\n')
  })
  return [
    '# REST reference',
    `Every call of management (\`${addresses.management}\`) and of the frontends (\`${addresses.frontend}\`), as its contract in the source ` +
      `declares it. What the calls are for is told in [docs/rest](../../rest/README.md). ${generated}`,
    'The same for programs: `GET /openapi.json` of management, OpenAPI 3.1; for people with a running Iris: `GET /docs`.',
    ...sections,
    '',
  ].join('\n\n')
}

const titleOf = ({ method, path }: Placed): string => `${method.toUpperCase()} ${path}`
const summaryOf = ({ operation }: Placed): string => cell(operation.summary)

/** As GitHub makes it of the heading. */
function anchorOf(placed: Placed): string {
  return titleOf(placed)
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}

function pageOf(document: OpenApiDocument, resource: Resource, generated: string): string {
  const { name, description, placed } = resource
  const shapes = new Set<string>()
  const explanation = explanations[name]
  const where = explanation === undefined ? '' : ` Explained in [${explanation}](../../rest/${explanation}).`
  const parts = placed.map(each => callOf(document, each, shapes))
  return [
    `# ${name}`,
    `${description}${where} [All calls](README.md). ${generated}`,
    ...parts,
    ...(shapes.size === 0 ? [] : ['## Shapes', ...[...shapes].map(shape => shapeOf(document, shape))]),
    '',
  ].join('\n\n')
}

const rights = {
  anyone: 'anyone, without credentials',
  reader: 'who may read it',
  owner: 'its owners, and administrators',
  admin: 'administrators',
} as const

function callOf(document: OpenApiDocument, placed: Placed, shapes: Set<string>): string {
  const { operation, path, method } = placed
  const { summary, description, parameters = [], requestBody, responses } = operation
  const right = operation['x-iris-right']
  const sentence = description === undefined ? '' : ` ${description}`
  const rows = parameters.map(each => {
    const words = Array.isArray(each.schema['enum']) ? ` One of \`${each.schema['enum'].join('`, `')}\`.` : ''
    const text = each.description === undefined ? '' : `${each.description}.`
    return [`\`${each.name}\``, each.in, `${text}${words}${each.required ? ' Required.' : ''}`]
  })
  const answers = Object.entries(responses).flatMap(each => answerOf(document, each, shapes))
  const refusals = refusalsOf(document, responses)
  const body = requestBody === undefined ? [] : contentOf(document, requestBody.content, shapes)
  return [
    `## \`${titleOf(placed)}\``,
    `${summary}.${sentence}${right === undefined ? '' : ` Who: ${rights[right]}.`}`,
    curlBlock(curlOf(path, method, operation)),
    ...(rows.length === 0 ? [] : [table(['parameter', 'in', ''], rows)]),
    ...(body.length === 0 ? [] : ['The body:', ...body]),
    ...answers,
    ...(refusals === '' ? [] : [`[Refused](../../rest/errors.md) with ${refusals}.`]),
  ].join('\n\n')
}

/** Its examples are held against the schemas, and its route against the table of routes. */
function curlBlock(curl: string): string {
  const here = curl
    .replace('"$IRIS', `"${addresses.management}`)
    .replace('"$FRONTEND', `"${addresses.frontend}`)
  const test = 'management-service/src/http/contract/openapi.test.ts'
  return `<!-- held by: ${test} -->\n\`\`\`sh\n${here}\n\`\`\``
}

function answerOf(
  document: OpenApiDocument,
  [status, answer]: [string, Answer | Reference],
  shapes: Set<string>,
): readonly string[] {
  if ('$ref' in answer) return []
  const headers = Object.entries(answer.headers ?? {}).map(
    ([name, { description }]) => `\`${name}\` (${description})`,
  )
  const named = headers.length === 0 ? '' : ` Headers: ${headers.join(', ')}.`
  const content = answer.content === undefined ? [] : contentOf(document, answer.content, shapes)
  return [`**${status}**: ${answer.description}.${named}`, ...content]
}

/** Example and members of each media type; a shape with a name stands below, once a page. */
function contentOf(document: OpenApiDocument, content: Content, shapes: Set<string>): readonly string[] {
  return Object.entries(content).flatMap(([type, { schema = {}, example }]) => {
    const isJson = type.includes('json')
    const text = isJson ? JSON.stringify(example, null, 1) : String(example).trimEnd()
    const reference = referenceOf(schema)
    if (reference !== null) shapes.add(reference)
    const rows = membersOf(schema, document.components.schemas).map(memberRow)
    const members = reference !== null ? linkTo(reference) : rows.length === 0 ? [] : table(memberHeads, rows)
    return [
      `\`${type}\``,
      ...(example === undefined ? [] : [`\`\`\`${isJson ? 'json' : 'text'}\n${text}\n\`\`\``]),
      ...[members].flat(),
    ]
  })
}

const memberHeads = ['member', 'type', '']
const memberRow = (row: ReturnType<typeof membersOf>[number]): readonly string[] => [
  `\`${row.path}\``,
  row.type,
  row.description,
]
const linkTo = (shape: string): string => `Members: [${shape}](#${shape.toLowerCase()}).`

/** The name of the schema, or of the items of the list, that it refers to. */
function referenceOf(schema: Readonly<Record<string, unknown>>): string | null {
  const items = schema['items'] as Readonly<Record<string, unknown>> | undefined
  const reference = schema['$ref'] ?? items?.['$ref']
  return typeof reference === 'string' ? (reference.split('/').at(-1) ?? null) : null
}

function shapeOf(document: OpenApiDocument, shape: string): string {
  const schema = document.components.schemas[shape] ?? {}
  return `### ${shape}\n\n${table(memberHeads, membersOf(schema, document.components.schemas).map(memberRow))}`
}

function refusalsOf(document: OpenApiDocument, responses: Operation['responses']): string {
  const rows = Object.entries(responses).flatMap(([status, answer]) => {
    if (!('$ref' in answer)) return []
    const described = document.components.responses[answer.$ref.split('/').at(-1) ?? '']?.description ?? ''
    return [`${status} ${described}`]
  })
  return rows.join('; ')
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
