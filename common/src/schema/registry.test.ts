import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCaller, type Caller } from '../http/calls.js'
import { systemClock } from '../time/clock.js'
import { systemScheduler } from '../time/scheduler.js'
import { createRegistry, type Registry, type RegistryOptions } from './registry.js'

let server: Server
let caller: Caller
let url: string
let asked: string[] = []
/** What the registry says next; null for nothing at all. */
let answer: readonly [status: number, text: string] | null = [200, '[]']

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const type = request.headers['content-type'] ?? ''
      const sent = Buffer.concat(chunks).toString()
      asked.push([request.method, request.url, type, request.headers.authorization ?? '', sent].join('|'))
      if (answer !== null) response.writeHead(answer[0]).end(answer[1])
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/apis/v7/`
  caller = createCaller(systemScheduler, { idleMs: 1_000, connectionsMax: 2 })
})
afterAll(async () => {
  await caller.stop()
  server.closeAllConnections()
  server.close()
})

function registryWith(options: Partial<RegistryOptions> = {}): Registry {
  asked = []
  const usual = { serverUrl: url, authorization: '', limitMs: 5_000, deletePathSuffix: 'versions' }
  return createRegistry({ caller, clock: systemClock }, { ...usual, ...options })
}

const json = 'application/vnd.schemaregistry.v1+json'
const version = '{"subject":"g.t","id":7,"version":2,"schema":"\\"int\\"","references":[]}'

describe('the client of a registry', () => {
  it.each<[string, readonly [number, string], (registry: Registry) => Promise<unknown>, string, unknown]>([
    [
      'versions',
      [200, '[3,1]'],
      each => each.versions('g.t'),
      'GET|/apis/v7/subjects/g.t/versions|||',
      [1, 3],
    ],
    [
      'versions of nothing',
      [404, '{"error_code":40401}'],
      each => each.versions('g.t'),
      'GET|/apis/v7/subjects/g.t/versions|||',
      [],
    ],
    [
      'a version',
      [200, version],
      each => each.version('g.t', 2),
      'GET|/apis/v7/subjects/g.t/versions/2|||',
      { id: 7, version: 2, text: '"int"' },
    ],
    [
      'no version',
      [404, '{"error_code":40402}'],
      each => each.version('g.t', 'latest'),
      'GET|/apis/v7/subjects/g.t/versions/latest|||',
      null,
    ],
    ['a text', [200, '{"schema":"1"}'], each => each.textOf(7), 'GET|/apis/v7/schemas/ids/7|||', '1'],
    [
      'a version by its text',
      [200, version],
      each => each.find('a/b', 'x'),
      `POST|/apis/v7/subjects/a%2Fb|${json}||{"schema":"x"}`,
      { id: 7, version: 2, text: '"int"' },
    ],
    [
      'a registration',
      [200, '{"id":7}'],
      each => each.register('g.t', 'x'),
      `POST|/apis/v7/subjects/g.t/versions|${json}||{"schema":"x"}`,
      undefined,
    ],
    [
      'compatibility',
      [200, '{"is_compatible":false}'],
      each => each.compatibility('g.t', 'x'),
      `POST|/apis/v7/compatibility/subjects/g.t/versions/latest|${json}||{"schema":"x"}`,
      { isCompatible: false, said: '200 {"is_compatible":false}' },
    ],
    [
      'compatibility with nothing',
      [404, '{}'],
      each => each.compatibility('g.t', 'x'),
      `POST|/apis/v7/compatibility/subjects/g.t/versions/latest|${json}||{"schema":"x"}`,
      { isCompatible: true, said: '404 {}' },
    ],
    [
      'a removal',
      [200, '[1]'],
      each => each.remove('g.t'),
      'DELETE|/apis/v7/subjects/g.t/versions|||',
      undefined,
    ],
  ])('asks for %s and understands the answer', async (_what, said, call, question, expected) => {
    answer = said
    const registry = registryWith()

    expect(await call(registry)).toEqual(expected)
    expect(asked).toEqual([question])
  })

  it.each<[string, readonly [number, string], (registry: Registry) => Promise<unknown>, object]>([
    [
      'an error',
      [500, '{"error_code":50001}'],
      each => each.versions('g.t'),
      { status: 500, detail: '{"error_code":50001}' },
    ],
    ['no JSON', [200, '<html>'], each => each.versions('g.t'), { status: 200 }],
    ['another shape', [200, '{"id":"x"}'], each => each.version('g.t', 1), { status: 200 }],
    ['a conflict', [409, '{"error_code":409}'], each => each.register('g.t', 'x'), { status: 409 }],
    ['a refused removal', [405, ''], each => each.remove('g.t'), { status: 405 }],
  ])('fails on %s, and never takes it for a schema', async (_what, said, call, failure) => {
    answer = said

    await expect(call(registryWith())).rejects.toMatchObject({ name: 'RegistryFailure', ...failure })
  })

  it('fails in time when nothing is said', async () => {
    answer = null

    await expect(registryWith({ limitMs: 50 }).versions('g.t')).rejects.toMatchObject({
      status: null,
      message: expect.stringContaining('cannot be reached') as unknown,
    })
  })

  it('shows who it is, and removes as it is told to', async () => {
    answer = [200, '[1]']
    const registry = registryWith({ authorization: 'Basic x', deletePathSuffix: '' })

    await registry.remove('g.t')

    expect(asked).toEqual(['DELETE|/apis/v7/subjects/g.t||Basic x|'])
  })
})
