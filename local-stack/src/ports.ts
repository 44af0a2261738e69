/**
 * Ports of this machine's loopback.
 * Takes ports and the settings that change them. Gives a free port, or the sentence that says which is taken.
 * Promises: never gives a port twice in one process, nor one of the range that outgoing connections use.
 */
import { createServer } from 'node:net'
import { systemRandom } from '@iris/common/time/clock'

/** The address everything here listens on. */
export const loopback = '127.0.0.1'

/** Below the range from which Linux and macOS take the ports of outgoing connections. */
const portMin = 14_000
const portMax = 32_000
const triesMax = 200
/** From the port that is taken to the one that is suggested. */
const otherPortStep = 10_000
const given = new Set<number>()

/** A port nobody listens on. Another process may still take it before the caller does. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < triesMax; tries++) {
    const port = portMin + Math.floor(systemRandom() * (portMax - portMin))
    if (given.has(port) || !(await isPortFree(port))) continue
    given.add(port)
    return port
  }
  throw new Error(`No free port between ${portMin} and ${portMax} on ${loopback} after ${triesMax} tries`)
}

/** Whether a listener could be opened on the port right now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: loopback, exclusive: true }, () => probe.close(() => resolve(true)))
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
