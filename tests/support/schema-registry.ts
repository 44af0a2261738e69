/**
 * A schema registry for tests: Confluent's REST protocol over what a test registers.
 * Takes the calls that Iris makes. Gives answers with the codes that Confluent documents and Apicurio's
 * compatible API gives (40401, 40402, 40403, 409, 42201): `tests/e2e/apicurio.test.ts` compares them.
 * Promises: new versions are held against the former by the Avro library, backward, unless switched off.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import avro from 'avsc'

/** How it behaves: as it should, with 500s, or not at all. */
export type RegistryMood = 'well' | 'failing' | 'silent'

export interface TestRegistry {
  /** With a path, as Apicurio's has one. */
  readonly url: string
  /** Every request so far, such as `GET /subjects/g.t/versions`. */
  requests(): readonly string[]
  /** Adds a version as another of its clients would. */
  add(subject: string, schema: object): void
  setMood(mood: RegistryMood): void
  stop(): Promise<void>
}

interface Version {
  readonly id: number
  readonly version: number
  readonly schema: string
}

type Said = readonly [status: number, body: unknown]

const base = '/apis/ccompat/v7'
const noSubject: Said = [404, { error_code: 40401, message: 'Subject not found.' }]
const noVersion: Said = [404, { error_code: 40402, message: 'Version not found.' }]
const noSchema: Said = [404, { error_code: 40403, message: 'Schema not found' }]
/** As Hermes' default way of removing is answered. */
const notAllowed: Said = [405, { message: 'Method not allowed' }]

/** Starts a registry on a free port of loopback. */
export async function startSchemaRegistry(): Promise<TestRegistry> {
  const subjects = new Map<string, Version[]>()
  /** Of subjects that were removed: who makes one anew goes on counting. */
  const lastVersions = new Map<string, number>()
  const asked: string[] = []
  let mood: RegistryMood = 'well'
  let lastId = 0

  const register = (subject: string, schema: string): Said => {
    const versions = subjects.get(subject) ?? []
    const known = versions.find(each => each.schema === schema)
    if (known !== undefined) return [200, { id: known.id }]
    const last = versions.at(-1)?.version ?? lastVersions.get(subject) ?? 0
    const added = { id: ++lastId, version: last + 1, schema }
    subjects.set(subject, [...versions, added])
    return [200, { id: added.id }]
  }
  const versionsOf = (subject: string, wanted: string | undefined): Said => {
    const versions = subjects.get(subject)
    if (versions === undefined) return noSubject
    if (wanted === undefined) return [200, versions.map(each => each.version)]
    const found =
      wanted === 'latest' ? versions.at(-1) : versions.find(each => String(each.version) === wanted)
    return found === undefined ? noVersion : [200, { subject, ...found }]
  }
  const offered = (subject: string, schema: string, isTrial: boolean): Said => {
    const former = subjects.get(subject)?.at(-1)
    if (!isSchema(schema)) return [422, { error_code: 42201, message: 'Invalid schema' }]
    const isCompatible = former === undefined || canRead(schema, former.schema)
    if (isTrial) return former === undefined ? noVersion : [200, { is_compatible: isCompatible }]
    if (!isCompatible) return [409, { error_code: 409, message: 'Schema being registered is incompatible' }]
    return register(subject, schema)
  }
  const answer = (method: string, path: readonly string[], schema: string): Said => {
    const [kind = '', subject = '', , version] = path
    if (method === 'GET' && kind === 'subjects') return versionsOf(subject, version)
    if (method === 'GET' && kind === 'schemas') {
      const found = [...subjects.values()].flat().find(each => String(each.id) === path[2])
      return found === undefined ? noSchema : [200, { schema: found.schema }]
    }
    if (method === 'POST' && kind === 'compatibility') return offered(path[2] ?? '', schema, true)
    if (method === 'POST' && path.length === 3) return offered(subject, schema, false)
    if (method === 'POST') {
      const versions = subjects.get(subject)
      if (versions === undefined) return noSubject
      const found = versions.find(each => each.schema === schema)
      return found === undefined ? noSchema : [200, { subject, ...found }]
    }
    if (method !== 'DELETE' || path.length !== 2) return notAllowed
    const removed = subjects.get(subject)
    if (removed === undefined) return noSubject
    lastVersions.set(subject, removed.at(-1)?.version ?? 0)
    subjects.delete(subject)
    return [200, removed.map(each => each.version)]
  }
  const serve = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const path = (request.url ?? '').slice(base.length)
    asked.push(`${request.method} ${path}`)
    if (mood === 'silent') return
    const parts = path.split('/').slice(1).map(decodeURIComponent)
    const sent = body === '' ? '' : (JSON.parse(body) as { schema: string }).schema
    const [status, said] =
      mood === 'failing'
        ? [500, { error_code: 50001, message: 'Error' }]
        : answer(request.method ?? '', parts, sent)
    response.writeHead(status, { 'Content-Type': 'application/vnd.schemaregistry.v1+json' })
    response.end(JSON.stringify(said))
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => serve(request, response, Buffer.concat(chunks).toString()))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    requests: () => asked,
    add: (subject, schema) => void register(subject, JSON.stringify(schema)),
    setMood: next => void (mood = next),
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function isSchema(text: string): boolean {
  try {
    avro.Type.forSchema(JSON.parse(text) as avro.Schema)
    return true
  } catch {
    return false // whatever it is, it is no schema: the caller answers 422
  }
}

function canRead(reader: string, writer: string): boolean {
  try {
    const typeOf = (text: string): avro.Type => avro.Type.forSchema(JSON.parse(text) as avro.Schema)
    typeOf(reader).createResolver(typeOf(writer))
    return true
  } catch {
    return false // the library throws where a reader cannot be made
  }
}
