// pure
/**
 * The description of the REST API for people: one page of HTML, made from the OpenAPI document.
 * Takes the document. Gives the page. Promises: it needs no script and nothing from elsewhere; whatever the
 * document holds is escaped.
 */
import { errorCodes, type ErrorCode, type ErrorRow } from '@iris/common/errors/codes'
import { curlOf } from './docs-curl.js'
import { membersOf } from './docs-members.js'
import { docsStyle } from './docs-style.js'
import type { Answer, Content, OpenApiDocument, Operation, Parameter, Reference } from './openapi-types.js'

/** One operation with its place. */
interface Placed {
  readonly path: string
  readonly method: string
  readonly operation: Operation
}

/** Makes the page. */
export function docsPage(document: OpenApiDocument): string {
  const { info, tags } = document
  const placed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Placed => ({ path, method, operation })),
  )
  const groups = tags.map(tag => ({
    ...tag,
    anchor: tag.name.toLowerCase().replaceAll(' ', '-'),
    placed: placed.filter(({ operation }) => operation.tags.includes(tag.name)),
  }))
  const links = groups.map(({ name, anchor }) => `<a href="#${anchor}">${escaped(name)}</a>`)
  const sections = groups.map(
    ({ name, anchor, description, placed: operations }) =>
      `<section id="${anchor}"><h2>${escaped(name)}</h2><p>${prose(description)}</p>` +
      `${operations.map(each => operationPart(document, each)).join('')}</section>`,
  )
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(info.title)}: REST API</title><style>${docsStyle}</style></head><body>`,
    `<header><h1>${escaped(info.title)}: REST API</h1><p>${prose(info.description)}</p>`,
    '<p>For programs: <a href="/openapi.json">OpenAPI 3.1</a>, <a href="/asyncapi.json">AsyncAPI 3</a> of the ',
    'topics. The examples need two variables:</p>',
    '<pre>IRIS=http://127.0.0.1:8090\nFRONTEND=http://127.0.0.1:8080</pre></header>',
    `<nav>${links.join('')}</nav><main>${sections.join('')}</main></body></html>`,
  ].join('')
}

function operationPart(document: OpenApiDocument, { path, method, operation }: Placed): string {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation
  const right = operation['x-iris-right']
  return [
    `<details id="${operationId}"><summary><b class="${method}">${method.toUpperCase()}</b>`,
    `<code>${escaped(path)}</code><span>${prose(summary)}</span></summary>`,
    description === undefined ? '' : `<p>${prose(description)}</p>`,
    right === undefined ? '' : `<p>Who: ${rightTexts[right]}</p>`,
    `<pre>${escaped(curlOf(path, method, operation))}</pre>`,
    parameters.length === 0 ? '' : table(['parameter', 'in', ''], parameters.map(parameterRow)),
    requestBody === undefined ? '' : `<h3>Body</h3>${contentPart(document, requestBody.content)}`,
    Object.entries(responses)
      .map(each => answerPart(document, each))
      .join(''),
    refusalTable(document, responses),
    '</details>',
  ].join('')
}

const rightTexts = {
  anyone: 'anyone, without credentials',
  reader: 'who may read it',
  owner: 'its owners, and administrators',
  admin: 'administrators',
} as const

function parameterRow({ name, in: place, required, description = '', schema }: Parameter): string[] {
  const words = Array.isArray(schema['enum'])
    ? ` One of ${schema['enum'].map(word => `\`${word}\``).join(', ')}.`
    : ''
  return [
    `<code>${escaped(name)}</code>`,
    place,
    prose(`${description}.${words}${required ? ' Required.' : ''}`),
  ]
}

function answerPart(document: OpenApiDocument, [status, answer]: [string, Answer | Reference]): string {
  if ('$ref' in answer) return ''
  const headers = Object.entries(answer.headers ?? {}).map(
    ([name, { description }]) => `<p><code>${escaped(name)}</code>: ${prose(description)}</p>`,
  )
  const content = answer.content === undefined ? '' : contentPart(document, answer.content)
  return `<h3>${status}: ${prose(answer.description)}</h3>${headers.join('')}${content}`
}

function contentPart(document: OpenApiDocument, content: Content): string {
  return Object.entries(content)
    .map(([type, { schema, example }]) => {
      const rows = membersOf(schema ?? {}, document.components.schemas)
      const members = table(
        ['member', 'type', ''],
        rows.map(row => [`<code>${escaped(row.path)}</code>`, escaped(row.type), prose(row.description)]),
      )
      const shown =
        typeof example === 'string' && !type.includes('json') ? example : JSON.stringify(example, null, 1)
      return [
        `<p><code>${escaped(type)}</code></p>`,
        example === undefined ? '' : `<pre>${escaped(shown)}</pre>`,
        rows.length === 0 ? '' : `<details class="members"><summary>Members</summary>${members}</details>`,
      ].join('')
    })
    .join('')
}

function refusalTable(document: OpenApiDocument, responses: Operation['responses']): string {
  const rows = Object.entries(responses).flatMap(([status, answer]) => {
    if (!('$ref' in answer)) return []
    const name = answer.$ref.split('/').at(-1) ?? ''
    const codes = document.components.responses[name]?.description.match(/[A-Z_]+/g) ?? []
    return codes.map(code => [status, `<code>${code}</code>`, escaped(textOf(code as ErrorCode))])
  })
  if (rows.length === 0) return ''
  return `<details class="members"><summary>Refusals</summary>${table(['status', 'code', ''], rows)}</details>`
}

function textOf(code: ErrorCode): string {
  const { text, fix = '' }: ErrorRow = errorCodes[code]
  const words = typeof text === 'string' ? text : text.management
  return words === '{problem}' ? fix : `${words}${fix === '' ? '' : `. ${fix}`}`
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map(cell => `<${tag}>${cell}</${tag}>`).join('')}</tr>`
  return `<table>${line(heads, 'th')}${rows.map(row => line(row, 'td')).join('')}</table>`
}

/** Text with words in backticks as code. */
function prose(text: string): string {
  return escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
