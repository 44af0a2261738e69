// pure
/**
 * The commands with which a message is published and read, for a terminal.
 * Takes the processes that live, and a message. Gives commands for a POSIX shell.
 */
import { quoted } from '../../api/call.js'

/** What is asked of a process. */
interface Process {
  readonly kind: string
  readonly host: string
  readonly port: number | null
}

/** Stands where nobody tells the address of a frontend. */
const unknownFrontend = 'http://FRONTEND:8080'

/** The address of a frontend that lives, or a word to put one in. */
export function frontendOf(processes: readonly Process[]): string {
  const frontend = processes.find(({ kind, port }) => kind === 'frontend' && port !== null)
  if (frontend === undefined) return unknownFrontend
  const { host, port } = frontend
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

interface Publish {
  readonly frontend: string
  readonly topic: string
  /** As it is sent, byte for byte. */
  readonly body: string
  /** The partition key; empty for none. */
  readonly key: string
  /** Whether the topic asks who publishes; the key is read from `IRIS_KEY`. */
  readonly hasKey: boolean
}

/** Publishes one message and shows the answer with its headers. */
export function publishCommand({ frontend, topic, body, key, hasKey }: Publish): string {
  return [
    'curl -i',
    quoted(`${frontend}/topics/${topic}`),
    ...(hasKey ? ['-H "Authorization: Bearer $IRIS_KEY"'] : []),
    `-H ${quoted('Content-Type: application/json')}`,
    ...(key === '' ? [] : [`-H ${quoted(`Partition-Key: ${key}`)}`]),
    `--data-raw ${quoted(body)}`,
  ].join(' ')
}

/** Reads what was published and what comes. */
export function readCommand(frontend: string, topic: string): string {
  return `curl -N ${quoted(`${frontend}/topics/${topic}/events?from=earliest`)}`
}
