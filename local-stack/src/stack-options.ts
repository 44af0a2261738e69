/**
 * What `npm start` and `npm run demo:github` can be told.
 * Takes the command line and the environment. Gives ports, the data directory and the servers to use.
 * Refuses unknown flags and ports that are none, with one sentence.
 */
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { LocalStackError } from './local-stack-error.js'

const projectDir = fileURLToPath(new URL('../..', import.meta.url))
const portMax = 65_535

/** The ports of the local stack; the defaults of the services are the same. */
export interface StackPorts {
  readonly frontend: number
  readonly management: number
  readonly consumers: number
  readonly inbox: number
  readonly kafka: number
  readonly kafkaController: number
  readonly zookeeper: number
}

/** A whole local stack, as asked for. */
export interface StackOptions {
  readonly dataDir: string
  /** Forget the data of earlier runs. */
  readonly isFresh: boolean
  readonly ports: StackPorts
  /** Brokers of somebody else's Kafka; null to run one. */
  readonly kafkaBrokers: string | null
  /** Somebody else's ZooKeeper; null to run one. */
  readonly zookeeper: string | null
}

/** The flag of each port and its default. */
export const portFlags: Readonly<Record<keyof StackPorts, { flag: string; port: number }>> = {
  frontend: { flag: '--port-frontend', port: 8080 },
  management: { flag: '--port-management', port: 8090 },
  consumers: { flag: '--port-consumers', port: 8000 },
  inbox: { flag: '--port-inbox', port: 8070 },
  kafka: { flag: '--port-kafka', port: 9092 },
  kafkaController: { flag: '--port-kafka-controller', port: 9093 },
  zookeeper: { flag: '--port-zookeeper', port: 2181 },
}

/** What `--help` prints. */
export const usage = `npm start [-- options]

KAFKA_BROKERS=host:port,… and ZOOKEEPER=host:port in the environment: servers of yours are used.

  --fresh                         forget the data of earlier runs
  --data DIR                      where the data is kept (default .iris)
${Object.values(portFlags)
  .map(({ flag, port }) => `  ${`${flag} PORT`.padEnd(32)}default ${port}`)
  .join('\n')}
`

/** Reads the command line; null when it asks for help. */
export function readStackOptions(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): StackOptions | null {
  const values = parse(argv)
  if (values['help'] === true) return null
  const ports = Object.fromEntries(
    Object.entries(portFlags).map(([name, { flag, port }]) => [
      name,
      portOf(flag, values[flag.slice(2)], port),
    ]),
  ) as unknown as StackPorts
  return {
    dataDir: typeof values['data'] === 'string' ? resolve(values['data']) : join(projectDir, '.iris'),
    isFresh: values['fresh'] === true,
    ports,
    kafkaBrokers: environment['KAFKA_BROKERS'] || null,
    zookeeper: environment['ZOOKEEPER'] || null,
  }
}

function parse(argv: readonly string[]): Record<string, string | boolean | undefined> {
  const flags = Object.values(portFlags).map(({ flag }) => [flag.slice(2), { type: 'string' }] as const)
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        ...Object.fromEntries(flags),
        fresh: { type: 'boolean' },
        data: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
    return values
  } catch (cause) {
    throw new LocalStackError(
      `${(cause as Error).message.split('. ')[0]}; \`npm start -- --help\` shows what there is.`,
      { cause },
    )
  }
}

function portOf(flag: string, text: string | boolean | undefined, fallback: number): number {
  if (text === undefined) return fallback
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port <= portMax) return port
  throw new LocalStackError(`${flag} ${String(text)} is no port: give a whole number from 1 to ${portMax}.`)
}
