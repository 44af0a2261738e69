/**
 * What `iris-outbox` can be told.
 * Takes the command line and the environment; a flag goes before its variable. Gives options.
 * Refuses unknown flags and values that are none, with one sentence that names the flag.
 */
import { parseArgs } from 'node:util'
import { canBeSent } from '@iris/common/http/header-rules'
import type { TableRelayOptions } from './postgres/table-relay.js'
import { quotedTable, tableDefault } from './postgres/table.js'

/** Told in one sentence; there is nothing else to say. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const databaseTimeoutMs = 10_000

/** What `--help` prints. */
export const usage = `iris-outbox --database URL --iris URL

Publishes the messages of an outbox table, each once and in the order of its key.

  --database URL           IRIS_OUTBOX_DATABASE         postgres://user:password@host:5432/database
  --iris URL[,URL]         IRIS_OUTBOX_IRIS             frontends of Iris, such as http://127.0.0.1:8080
  --table NAME             IRIS_OUTBOX_TABLE            the table (default ${tableDefault})
  --create-table           IRIS_OUTBOX_CREATE_TABLE     true: make the table when it is not there
  --after-failure WHAT     IRIS_OUTBOX_AFTER_FAILURE    hold (default) or go-on: the later messages of a key
                                                        whose message Iris refused for good
  --inflight N             IRIS_OUTBOX_INFLIGHT         requests at the same time, 1 to 256 (default 16)
  --poll-ms N              IRIS_OUTBOX_POLL_MS          how often to look without being woken (default 1000)
  --timeout-ms N           IRIS_OUTBOX_TIMEOUT_MS       a request to Iris (default 30000)
  --keep-sent-hours N      IRIS_OUTBOX_KEEP_SENT_HOURS  keep sent rows so long; 0 (default) deletes them
                           IRIS_OUTBOX_AUTHORIZATION    the header Authorization of every request

A password is better kept in the environment than on the command line, which everybody on the machine sees.
`

const flags = {
  help: { type: 'boolean' },
  database: { type: 'string' },
  iris: { type: 'string' },
  table: { type: 'string' },
  'create-table': { type: 'boolean' },
  'after-failure': { type: 'string' },
  inflight: { type: 'string' },
  'poll-ms': { type: 'string' },
  'timeout-ms': { type: 'string' },
  'keep-sent-hours': { type: 'string' },
} as const

/** Reads both; null when help is wanted. Throws {@link UsageError}. */
export function readOptions(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): TableRelayOptions | null {
  const values = parse(argv)
  if (values.help === true) return null
  const read = (flag: Exclude<keyof typeof flags, 'help'>): string | undefined =>
    values[flag]?.toString() ?? environment[`IRIS_OUTBOX_${flag.toUpperCase().replaceAll('-', '_')}`]
  const needed = (flag: 'database' | 'iris'): string => {
    const value = read(flag)
    if (value === undefined || value === '') throw new UsageError(`--${flag} is missing`)
    return value
  }
  const whole = (flag: Parameters<typeof read>[0], usual: number, [min, max]: [number, number]): number => {
    const value = Number(read(flag) ?? usual)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    throw new UsageError(`--${flag} must be a whole number from ${min} to ${max}`)
  }
  return {
    database: urlOf('database', needed('database'), ['postgres:', 'postgresql:']).href,
    databaseTimeoutMs,
    frontends: needed('iris')
      .split(',')
      .map(each => urlOf('iris', each.trim(), ['http:', 'https:'])),
    authorization: authorizationOf(environment['IRIS_OUTBOX_AUTHORIZATION']),
    table: tableOf(read('table') ?? tableDefault),
    createsTable: ['true', '1'].includes(read('create-table') ?? ''),
    afterFailure: afterFailureOf(read('after-failure') ?? 'hold'),
    inflightMax: whole('inflight', 16, [1, 256]),
    pollMs: whole('poll-ms', 1_000, [10, 3_600_000]),
    timeoutMs: whole('timeout-ms', 30_000, [100, 600_000]),
    keepSentHours: whole('keep-sent-hours', 0, [0, 87_600]),
  }
}

function parse(argv: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof flags }>>['values'] {
  try {
    return parseArgs({ args: [...argv], options: flags }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function urlOf(flag: string, text: string, protocols: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  // The text itself may hold a password.
  if (url === null || !protocols.includes(url.protocol))
    throw new UsageError(`--${flag} must be a URL with ${protocols.join(' or ')}`)
  return url
}

function authorizationOf(text: string | undefined): string | null {
  if (text === undefined || text === '') return null
  if (canBeSent('Authorization', text)) return text
  throw new UsageError('IRIS_OUTBOX_AUTHORIZATION has letters that no header carries, such as a line break')
}

function tableOf(text: string): string {
  try {
    quotedTable(text)
    return text
  } catch (error) {
    throw new UsageError(`--table: ${error instanceof Error ? error.message : 'no name'}`)
  }
}

function afterFailureOf(text: string): TableRelayOptions['afterFailure'] {
  if (text === 'hold' || text === 'go-on') return text
  throw new UsageError('--after-failure must be hold or go-on')
}
