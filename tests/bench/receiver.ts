/**
 * The subscriber of all delivery figures, a program of its own: it reads each body and answers 200 at once.
 * At a path with `/fails-one-in-ten` every tenth request is answered 500 and not counted; at one with
 * `/hangs` none is answered. Gives, for each path, how many came, when the first and the last, and how old
 * each was if its body says its time.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monotonicMs } from '../chaos/monotonic.js'
import { obey } from '../chaos/party.js'
import { percentile } from './statistics.js'

export interface Received {
  readonly count: number
  readonly firstAtMs: number
  readonly lastAtMs: number
  /** When half of the messages so far, then nine tenths of them had come, is left to who asks often. */
  readonly ageP50Ms: number
  readonly ageP99Ms: number
  readonly ageMaxMs: number
}

interface Arrivals {
  count: number
  firstAtMs: number
  lastAtMs: number
  ages: number[]
}

/** A body that carries its birth: `{"at":<monotonic milliseconds>,…`. */
const birth = '{"at":'
const agesMax = 1_000_000

const paths = new Map<string, Arrivals>()
let failing = 0

obey({ open, received })

async function open(): Promise<string> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, answer) => {
    const path = incoming.url ?? ''
    if (path.includes('/hangs')) return void incoming.resume()
    const isRefused = path.includes('/fails-one-in-ten') && ++failing % 10 === 0
    take(incoming, isRefused, () => {
      answer.writeHead(isRefused ? 500 : 200, { 'Content-Length': 0 })
      answer.end()
    })
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', 4096, resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What came at paths that begin with `prefix`. */
function received(prefix: string): Received {
  const found = [...paths].filter(([path]) => path.startsWith(prefix)).map(([, arrivals]) => arrivals)
  const ages = Float64Array.from(found.flatMap(each => each.ages)).sort()
  return {
    count: found.reduce((sum, each) => sum + each.count, 0),
    firstAtMs: Math.min(...found.map(each => each.firstAtMs)),
    lastAtMs: Math.max(...found.map(each => each.lastAtMs)),
    ageP50Ms: percentile(ages, 0.5),
    ageP99Ms: percentile(ages, 0.99),
    ageMaxMs: percentile(ages, 1),
  }
}

function take(incoming: IncomingMessage, isRefused: boolean, done: () => void): void {
  let first: Buffer | undefined
  incoming.on('data', (chunk: Buffer) => (first ??= chunk))
  incoming.on('end', () => {
    if (isRefused) return done()
    const now = monotonicMs()
    const path = incoming.url ?? ''
    let arrivals = paths.get(path)
    if (arrivals === undefined)
      paths.set(path, (arrivals = { count: 0, firstAtMs: now, lastAtMs: now, ages: [] }))
    arrivals.count++
    arrivals.lastAtMs = now
    const text = first?.toString('latin1', 0, 32) ?? ''
    if (text.startsWith(birth) && arrivals.ages.length < agesMax) {
      arrivals.ages.push(now - Number.parseFloat(text.slice(birth.length)))
    }
    done()
  })
}
