/**
 * The calls that Iris makes to a schema registry, one after another on one new subject.
 * Takes a registry's address. Gives for each what was asked, the status and shape of each answer, and what
 * Iris' client makes of it. Ids and words of errors differ between registries and are left out.
 */
import { randomBytes } from 'node:crypto'
import { createCaller, type Caller } from '@iris/common/http/calls'
import { createRegistry, RegistryFailure, type Registry } from '@iris/common/schema/registry'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'

/** One call of the client: most are one request. */
export interface RegistrySaid {
  readonly what: string
  readonly requests: readonly { readonly asked: string; readonly status: number; readonly shape: unknown }[]
  /** The client's result, `null` where it has none; of a failure the status. */
  readonly understood: unknown
}

const recordOf = (...fields: readonly object[]): string =>
  JSON.stringify({ type: 'record', name: 'Order', namespace: 'acme', fields })
const n = { name: 'n', type: 'int' }
const first = recordOf(n)
const second = recordOf(n, { name: 'state', type: 'string', default: 'new' })
const incompatible = recordOf({ name: 'n', type: 'string' })
const unknownType = '{"type":"nothing"}'
const unknownId = 1_000_000

/** The client as it is set up for these registries, a subject, and the client as Hermes' default has it. */
type Step = (registry: Registry, subject: string, asHermes: Registry) => Promise<unknown>
const steps: readonly (readonly [string, Step])[] = [
  ['versions of nothing', (each, subject) => each.versions(subject)],
  ['the latest of nothing', (each, subject) => each.version(subject, 'latest')],
  ['a text in nothing', (each, subject) => each.find(subject, first)],
  ['compatible with nothing', (each, subject) => each.compatibility(subject, first)],
  ['a removal of nothing', (each, subject) => each.remove(subject)],
  ['the first version', (each, subject) => each.register(subject, first)],
  ['the same once more', (each, subject) => each.register(subject, first)],
  ['its versions', (each, subject) => each.versions(subject)],
  ['version 1', (each, subject) => each.version(subject, 1)],
  ['the latest', (each, subject) => each.version(subject, 'latest')],
  ['version 9', (each, subject) => each.version(subject, 9)],
  ['a text by its id', async (each, subject) => each.textOf((await each.version(subject, 1))?.id ?? 0)],
  ['a text by an unknown id', each => each.textOf(unknownId)],
  ['a text that is there', (each, subject) => each.find(subject, first)],
  ['a text that is not there', (each, subject) => each.find(subject, second)],
  ['a compatible one tried', (each, subject) => each.compatibility(subject, second)],
  ['an incompatible one tried', (each, subject) => each.compatibility(subject, incompatible)],
  ['no schema tried', (each, subject) => each.compatibility(subject, unknownType)],
  ['an incompatible one', (each, subject) => each.register(subject, incompatible)],
  ['an unknown type', (each, subject) => each.register(subject, unknownType)],
  ['no JSON', (each, subject) => each.register(subject, 'nothing')],
  ['a second version', (each, subject) => each.register(subject, second)],
  ['both versions', (each, subject) => each.versions(subject)],
  ['the first one again', (each, subject) => each.register(subject, first)],
  ['which is known still', (each, subject) => each.find(subject, first)],
  ["a removal as Hermes' default has it", (_each, subject, asHermes) => asHermes.remove(subject)],
  ['a removal', (each, subject) => each.remove(subject)],
  ['versions after it', (each, subject) => each.versions(subject)],
  ['the latest after it', (each, subject) => each.version(subject, 'latest')],
  ['a first version anew', (each, subject) => each.register(subject, first)],
  ['its versions, which go on', (each, subject) => each.versions(subject)],
  ['its latest', (each, subject) => each.version(subject, 'latest')],
]
const limitMs = 20_000

/** Makes all calls. */
export async function callRegistry(serverUrl: string): Promise<readonly RegistrySaid[]> {
  const caller = createCaller(systemScheduler, { idleMs: 1_000, connectionsMax: 1 })
  const subject = `acme.orders-${randomBytes(5).toString('hex')}`
  let requests: RegistrySaid['requests'][number][] = []
  const recording: Caller = {
    async call(call) {
      const answer = await caller.call(call)
      const path = call.url
        .slice(serverUrl.length)
        .replace(subject, 'SUBJECT')
        .replace(/ids\/\d+/, 'ids/ID')
      const shape = answer.text === '' ? null : shapeOf(JSON.parse(answer.text))
      requests.push({ asked: `${call.method} ${path}`, status: answer.status, shape })
      return answer
    },
    stop: () => caller.stop(),
  }
  const [registry, asHermes] = ['', 'versions'].map(deletePathSuffix =>
    createRegistry(
      { caller: recording, clock: systemClock },
      { serverUrl, authorization: '', limitMs, deletePathSuffix },
    ),
  ) as [Registry, Registry]
  const said: RegistrySaid[] = []
  try {
    for (const [what, step] of steps) {
      requests = []
      const understood = await step(registry, subject, asHermes).then(plain, failureOf)
      said.push({ what, requests, understood })
    }
  } finally {
    await caller.stop()
  }
  return said
}

function failureOf(error: unknown): unknown {
  if (error instanceof RegistryFailure) return { failure: error.status }
  throw error
}

/** Without what each registry has of its own. */
function plain(understood: unknown): unknown {
  if (understood === null || typeof understood !== 'object' || Array.isArray(understood))
    return understood ?? null
  const own = ['id', 'said']
  return Object.fromEntries(Object.entries(understood).filter(([name]) => !own.includes(name)))
}

/** The members of a body with their types; codes of errors as they are. */
function shapeOf(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(shapeOf)
  if (body === null || typeof body !== 'object') return typeof body
  const members = Object.entries(body).sort(([one], [other]) => one.localeCompare(other))
  return Object.fromEntries(
    members.map(([name, value]) => [name, name === 'error_code' ? (value as unknown) : shapeOf(value)]),
  )
}
