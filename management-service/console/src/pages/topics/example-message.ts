// pure
/**
 * A message to begin with, that the topic takes.
 * Takes the Avro schema of the topic, or nothing. Gives JSON: of a record the members that have no default;
 * `{"hello":"world"}` where there is no schema, or one that cannot be read.
 */

const greeting = '{"hello":"world"}'
/** The services fill it in. */
const metadata = '__metadata'
/** Records may hold themselves. */
const depthMax = 16

type Node = Readonly<Record<string, unknown>>

/** The message. */
export function exampleMessage(schema: string | null | undefined): string {
  if (schema === null || schema === undefined) return greeting
  try {
    return JSON.stringify(valueOf(JSON.parse(schema), new Map(), 0))
  } catch {
    return greeting
  }
}

const plain: Readonly<Record<string, unknown>> = {
  ...{ null: null, boolean: true, int: 1, long: 1, float: 1.5, double: 1.5, bytes: 'bytes', string: 'text' },
}

function valueOf(type: unknown, named: Map<string, Node>, depth: number): unknown {
  if (depth > depthMax) return null
  // Of a union what says least, so that a list of itself ends.
  if (Array.isArray(type)) return valueOf(type.includes('null') ? 'null' : type[0], named, depth + 1)
  if (typeof type === 'string')
    return type in plain ? plain[type] : valueOf(named.get(type), named, depth + 1)
  const node = type as Node
  const { name, namespace } = node
  if (typeof name === 'string') named.set(name, node)
  if (typeof namespace === 'string') named.set(`${namespace}.${String(name)}`, node)
  switch (node['type']) {
    case 'record':
      return Object.fromEntries(
        (node['fields'] as readonly Node[])
          .filter(field => !('default' in field) && field['name'] !== metadata)
          .map(field => [field['name'], valueOf(field['type'], named, depth + 1)]),
      )
    case 'enum':
      return (node['symbols'] as readonly string[])[0]
    case 'array':
      return [valueOf(node['items'], named, depth + 1)]
    case 'map':
      return { key: valueOf(node['values'], named, depth + 1) }
    case 'fixed':
      return 'x'.repeat(Number(node['size']))
    default:
      return valueOf(node['type'], named, depth + 1)
  }
}
