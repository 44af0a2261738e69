import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessKeys } from '../config/access-keys.js'
import { loadConfig } from '../config/load.js'
import { silentLog } from '../lifecycle/log.js'
import { createVirtualTime } from '../time/virtual-time.js'
import { hashOf, newApiKey } from './api-key.js'
import { bootstrapHashes, bootstrapName, withBootstrapKey } from './bootstrap.js'
import { createKeyTable } from './key-ring.js'
import { openAccess } from './open.js'

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'iris-access-'))))
afterAll(() => rmSync(folder, { recursive: true }))

const fileWith = (content: string): string => {
  const path = join(folder, 'key')
  writeFileSync(path, content)
  return path
}

describe('the first key', () => {
  it('is admin, by its hash or from a file, beside the keys of the ring', () => {
    const [first, second] = [newApiKey(), newApiKey()]
    const hashes = bootstrapHashes({ adminKeyHash: hashOf(first), adminKeyFile: fileWith(`${second}\n`) })
    const ring = withBootstrapKey(createKeyTable(), hashes)

    for (const key of [first, second])
      expect(ring.find(hashOf(key), 0)).toMatchObject({ name: bootstrapName, isAdmin: true })
    expect(ring.find(hashOf(newApiKey()), 0)).toBeNull()
  })

  it('is nobody where none is configured', () => {
    const ring = withBootstrapKey(createKeyTable(), bootstrapHashes({ adminKeyHash: '', adminKeyFile: '' }))

    expect(ring.find('', 0)).toBeNull()
    expect(ring.find(hashOf(''), 0)).toBeNull()
  })

  it.each(['secret', '', 'iris_short', `${newApiKey()} ${newApiKey()}`])(
    'is not what could be guessed or is no key, and the refusal does not show it: %j',
    content => {
      const read = (): unknown => bootstrapHashes({ adminKeyHash: '', adminKeyFile: fileWith(content) })

      expect(read).toThrow('holds no API key')
      if (content !== '') expect(read).not.toThrow(content)
    },
  )

  it('in a file that is not there stops the start', () => {
    expect(() => bootstrapHashes({ adminKeyHash: '', adminKeyFile: '/nowhere/key' })).toThrow('adminKeyFile')
  })
})

describe('the configuration of credentials', () => {
  const open = (environment: Record<string, string>) => {
    const config = loadConfig(accessKeys, { argv: [], environment })
    const time = createVirtualTime()
    const parts = { clock: time, scheduler: time, log: silentLog, keys: createKeyTable() }
    return openAccess(parts, config)
  }

  it('takes keys, and tokens where it names an issuer', () => {
    const audience = { IRIS_AUTH_JWT_AUDIENCE: 'iris' }

    expect(open({}).areTokensTaken).toBe(false)
    expect(open({ IRIS_AUTH_JWT_ISSUER: 'https://login.example', ...audience }).areTokensTaken).toBe(true)
  })

  it.each<[string, Record<string, string>, string]>([
    ['an issuer without an audience', { IRIS_AUTH_JWT_ISSUER: 'https://login.example' }, 'audience'],
    ['a signature with a shared secret', { IRIS_AUTH_JWT_ALGORITHMS: 'HS256' }, 'algorithms'],
    ['no signature', { IRIS_AUTH_JWT_ALGORITHMS: 'none' }, 'algorithms'],
    ['a grant that is none', { IRIS_AUTH_JWT_GRANTS: 'devs=boss:shop' }, 'grants'],
    ['a grant for nobody', { IRIS_AUTH_JWT_GRANTS: '=admin' }, 'grants'],
    ['keys that are no URL', { IRIS_AUTH_JWT_JWKS_URL: 'file:///etc/keys' }, 'jwksUrl'],
  ])('is refused with %s', (_what, environment, problem) => {
    expect(() => open(environment)).toThrow(problem)
  })
})
