import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createPlainServer, type Server } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemScheduler } from '../time/scheduler.js'
import { createAsker, type Asker } from './ask.js'
import { fingerprintOf, type OwnCertificate } from './pinned.js'
import { createAuthority, type Authority } from './testing/certificates.js'

const limitMs = 20_000
let folder: string
let authority: Authority
/** It names no address that it is called by. */
let own: OwnCertificate
let other: OwnCertificate
const ends: (() => Promise<void> | void)[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'iris-pinned-'))
  authority = createAuthority(join(folder, 'authority'))
  own = authority.issue('DNS:management.example')
  other = authority.issue('IP:127.0.0.1')
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})
afterAll(() => rmSync(folder, { recursive: true }))

function asker(shown: OwnCertificate | null = null): Asker {
  const made = createAsker(systemScheduler, shown)
  ends.push(() => made.stop())
  return made
}

async function listening(server: Server): Promise<string> {
  let requests = 0
  server.on('request', (_request, response) => response.end(String(++requests)))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a question to a process that told its certificate', () => {
  it('is answered by who has it, and by nobody else', async () => {
    const url = `https://${await listening(createServer(own))}`

    const mistaken = asker().json(url, limitMs, { certificate: fingerprintOf(other.cert) })
    await expect(mistaken).rejects.toThrow('it has another certificate')
    // The first that it ever hears.
    expect(await asker().json(url, limitMs, { certificate: fingerprintOf(own.cert) })).toBe(1)
  })

  it('does not make others believed: without that word the authority has to be known', async () => {
    const url = `https://${await listening(createServer(other))}`

    await expect(asker().json(url, limitMs)).rejects.toThrow(/certificate/)
  })

  it('shows our own certificate where one is required', async () => {
    const options = { ...own, ca: authority.ca, requestCert: true, rejectUnauthorized: true }
    const url = `https://${await listening(createServer(options))}`
    const certificate = fingerprintOf(own.cert)

    expect(await asker(other).json(url, limitMs, { certificate })).toBe(1)
    await expect(asker().json(url, limitMs, { certificate })).rejects.toThrow()
  })

  it('is not begun after the end', async () => {
    const url = `https://${await listening(createServer(own))}`
    const ended = asker()
    await ended.stop()

    await expect(ended.json(url, limitMs, { certificate: fingerprintOf(own.cert) })).rejects.toThrow(
      'any more',
    )
  })

  it('fails where no TLS is spoken', async () => {
    const url = `https://${await listening(createPlainServer())}`

    await expect(asker().json(url, limitMs, { certificate: fingerprintOf(own.cert) })).rejects.toThrow()
  })
})
