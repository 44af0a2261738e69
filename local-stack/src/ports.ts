/**
 * Ports of this machine's loopback.
 * Takes ports and the settings that change them. Gives a free port, or the sentence that says which is taken.
 * Promises: never gives a port twice, in one process or in several that ask here; nor one of the range that
 * outgoing connections use.
 */
import { createServer, type Server } from 'node:net'
import { systemRandom } from '@iris/common/time/clock'

/** The address everything here listens on. */
export const loopback = '127.0.0.1'

/** Below the range from which Linux and macOS take the ports of outgoing connections. */
const portMin = 14_000
const portMax = 32_000
/** The first port of a block is listened on by the process that gives the others. */
const blockSize = 60
const blockCount = Math.floor((portMax - portMin) / blockSize)
const triesMax = 200
/** From the port that is taken to the one that is suggested. */
const otherPortStep = 10_000

/** Ports of this process's present block that were not given yet. */
let own: number[] = []
let claiming: Promise<void> = Promise.resolve()

/** A port nobody listens on, and that no other process gets from here while this one lives. */
export function freePort(): Promise<number> {
  const given = claiming.then(nextPort)
  claiming = given.then(
    () => undefined,
    () => undefined,
  )
  return given
}

async function nextPort(): Promise<number> {
  for (let tries = 0; tries < triesMax; tries++) {
    if (own.length === 0) own = await claimBlock()
    const port = own.shift()
    if (port !== undefined && (await isPortFree(port))) return port
  }
  throw new Error(`No free port between ${portMin} and ${portMax} on ${loopback} after ${triesMax} tries`)
}

/** The ports of a block that no other process has; none when the block that was drawn is taken. */
async function claimBlock(): Promise<number[]> {
  const first = portMin + Math.floor(systemRandom() * blockCount) * blockSize
  const guard = await listenOn(first)
  guard?.unref()
  return guard === null ? [] : Array.from({ length: blockSize - 1 }, (_port, index) => first + 1 + index)
}

/** Whether a listener could be opened on the port right now. */
export async function isPortFree(port: number): Promise<boolean> {
  const probe = await listenOn(port)
  if (probe === null) return false
  await new Promise(resolve => probe.close(resolve))
  return true
}

/** A listener on the port; null when it is taken. */
function listenOn(port: number): Promise<Server | null> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen({ port, host: loopback, exclusive: true }, () => resolve(server))
  })
}

/** A port that is to be opened, for whom, and what to change when it is taken. */
export interface WantedPort {
  readonly port: number
  readonly purpose: string
  /** As the user types it, such as `--port-frontend`. */
  readonly setting: string
}

/** One sentence that names every taken port and the settings to change; null when all are free. */
export async function takenPortsSentence(wanted: readonly WantedPort[]): Promise<string | null> {
  const isFree = await Promise.all(wanted.map(each => isPortFree(each.port)))
  const taken = wanted.filter((_each, index) => !isFree[index])
  if (taken.length === 0) return null
  const which = taken.map(each => `${each.port} (${each.purpose})`).join(', ')
  const settings = taken.map(each => `${each.setting} ${each.port + otherPortStep}`).join(' ')
  const [subject, object] = taken.length === 1 ? ['Port', 'is taken'] : ['Ports', 'are taken']
  const what = `${subject} ${which} ${object} by another program, perhaps by another \`npm start\``
  return `${what}: end it, or use other ports: npm start -- ${settings}`
}
