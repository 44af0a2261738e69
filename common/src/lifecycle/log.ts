/**
 * Structured logs: one JSON line an event.
 * Takes an event name and fields. Gives a line on standard error, or in the sink it was made with.
 * Refuses nothing; the caller never passes payloads, header values or credentials.
 */
import type { Clock } from '../time/clock.js'

/** Levels in rising order; a logger writes its own level and those above. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** Fields of one event. Errors are written as message, code and the chain of causes. */
export type LogFields = Readonly<Record<string, unknown>>

/** A logger. `event` is a dotted name such as `delivery.retry`, stable enough to search for. */
export interface Log {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
  /** A logger that adds `fields` to each of its events. */
  child(fields: LogFields): Log
}

/** Where lines go. Standard error in production, an array in tests. */
export type LogSink = (line: string) => void

export interface LogOptions {
  readonly level: LogLevel
  readonly clock: Clock
  readonly sink: LogSink
  readonly fields: LogFields
}

/** Makes a logger that writes JSON lines with `time`, `level`, `event` and the fields. */
export function createLog(options: LogOptions): Log {
  const lowest = logLevels.indexOf(options.level)
  const write = (level: LogLevel, event: string, fields: LogFields = {}): void => {
    if (logLevels.indexOf(level) < lowest) return
    const time = new Date(options.clock.now()).toISOString()
    options.sink(JSON.stringify({ time, level, event, ...options.fields, ...fields }, plain))
  }
  return {
    debug: (event, fields) => write('debug', event, fields),
    info: (event, fields) => write('info', event, fields),
    warn: (event, fields) => write('warn', event, fields),
    error: (event, fields) => write('error', event, fields),
    child: fields => createLog({ ...options, fields: { ...options.fields, ...fields } }),
  }
}

/** A logger that writes nothing, for tests and tools. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
}

/** Standard error as a sink. A closed or full pipe loses lines and never stops the service. */
export function stderrSink(): LogSink {
  process.stderr.on('error', () => undefined)
  return line => void process.stderr.write(line + '\n')
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) {
    const { message, name, cause } = value
    const code = (value as { code?: unknown }).code
    return {
      name,
      message,
      ...(code === undefined ? {} : { code }),
      ...(cause === undefined ? {} : { cause }),
    }
  }
  return typeof value === 'bigint' ? value.toString() : value
}
