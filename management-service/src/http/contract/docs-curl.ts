// pure
/**
 * A call as a line for a terminal.
 * Takes an operation with its place. Gives `curl` with the examples of the operation filled in.
 */
import type { Operation } from './openapi-types.js'

/** The line; longer ones are broken before the body. */
export function curlOf(path: string, method: string, operation: Operation): string {
  const { parameters = [], requestBody, servers } = operation
  const examples = new Map(parameters.map(({ name, example }) => [name, example ?? name]))
  const filled = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    return encodeURIComponent(examples.get(name) ?? name)
  })
  const needed = parameters.filter(each => each.in === 'query' && each.required)
  const query = needed.map(({ name, schema }) => `${name}=${encodeURIComponent(firstWord(schema) ?? name)}`)
  const base = servers === undefined ? '$IRIS' : '$FRONTEND'
  const url = `"${base}${filled}${query.length === 0 ? '' : `?${query.join('&')}`}"`
  const verb = method === 'get' ? '' : `-X ${method.toUpperCase()} `
  const [content] = Object.entries(requestBody?.content ?? {})
  if (content === undefined) return `curl ${verb}${url}`
  const [type, { example }] = content
  const body = JSON.stringify(example).replaceAll("'", "'\\''")
  return `curl ${verb}${url} -H 'Content-Type: ${type}' \\\n  -d '${body}'`
}

function firstWord(schema: Readonly<Record<string, unknown>>): string | undefined {
  const words: unknown = schema['enum']
  return Array.isArray(words) && typeof words[0] === 'string' ? words[0] : undefined
}
