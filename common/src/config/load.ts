/**
 * Fills declared keys from defaults, a YAML file and the environment, in this order.
 * Takes the keys and the sources. Gives one frozen object of checked values.
 * Refuses unknown keys, unknown `IRIS_*` variables and values out of bounds: `ConfigError` lists all of them.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { ConfigKey, ConfigKeys, ConfigOf } from './declare.js'
import { nearest } from './nearest.js'
import { insteadOf, isOfAnotherProgram } from './other-variables.js'

/** All that is wrong with the configuration, a sentence each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'

  constructor(readonly problems: readonly string[]) {
    super(`Configuration refused:\n${problems.map(problem => `  - ${problem}`).join('\n')}`)
  }
}

/**
 * Where values come from. `argv` may hold `--config FILE`. `INIT_CWD` is where npm was called: it runs a
 * workspace's script in the workspace's folder, which is not what the caller's relative path counts from.
 */
export interface ConfigSources {
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Variables beside `IRIS_*`: short names that every tool of Iris understands. */
const shortNames: Readonly<Record<string, readonly string[]>> = {
  KAFKA_BROKERS: ['kafka.brokerList'],
  ZOOKEEPER: ['zookeeper.connectionString'],
}

/** The variable of a key: `frontend.server.port` -> `IRIS_FRONTEND_SERVER_PORT`. */
export function variableOf(name: string): string {
  return (
    'IRIS_' +
    name
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replace(/[.-]/g, '_')
      .toUpperCase()
  )
}

/** Reads and checks the configuration; throws {@link ConfigError}. */
export function loadConfig<K extends ConfigKeys>(keys: K, sources: ConfigSources): ConfigOf<K> {
  const problems: string[] = []
  const raw = new Map<string, { value: unknown; from: string }>()
  readFile(sources, raw, problems)
  readEnvironment(keys, sources.environment, raw, problems)

  const byName = new Map(Object.values(keys).map(each => [each.name, each]))
  for (const [name, { from }] of raw) {
    if (!byName.has(name)) problems.push(`${from}: unknown key ${name}${meant(name, [...byName.keys()])}`)
  }
  const values = Object.entries(keys).map(([property, each]) => [property, valueOf(each, raw, problems)])
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze(Object.fromEntries(values)) as ConfigOf<K>
}

/** The effective values by full name, secrets masked, for the log at start. */
export function shownConfig<K extends ConfigKeys>(keys: K, config: ConfigOf<K>): Record<string, unknown> {
  const shown = Object.entries(keys).map(([property, each]) => {
    const value = (config as Record<string, unknown>)[property]
    return [each.name, each.isSecret && value !== '' ? '******' : value]
  })
  return Object.fromEntries(shown) as Record<string, unknown>
}

function valueOf(
  each: ConfigKey<unknown>,
  raw: ReadonlyMap<string, { value: unknown; from: string }>,
  problems: string[],
): unknown {
  const given = raw.get(each.name)
  if (given === undefined) return each.fallback
  const result = each.schema.safeParse(given.value)
  if (result.success) return result.data
  const shown = each.isSecret ? '******' : JSON.stringify(given.value)
  problems.push(
    `${given.from}: ${each.name} = ${shown}: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`,
  )
  return each.fallback
}

function readFile(
  { argv, environment }: ConfigSources,
  raw: Map<string, { value: unknown; from: string }>,
  problems: string[],
): void {
  for (let index = 0; index < argv.length; index++) {
    const given = argv[index] === '--config' ? argv[++index] : undefined
    if (given === undefined) {
      problems.push(
        `unknown argument ${argv[index] ?? '--config without a file'}; only --config FILE is known`,
      )
      continue
    }
    const path = resolve(environment['INIT_CWD'] ?? '', given)
    try {
      flatten('', parse(readFileSync(path, 'utf8')) ?? {}, path, raw)
    } catch (error) {
      problems.push(`${path}: ${(error as Error).message}`)
    }
  }
}

function flatten(
  prefix: string,
  value: unknown,
  from: string,
  raw: Map<string, { value: unknown; from: string }>,
): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    raw.set(prefix, { value, from })
    return
  }
  for (const [name, inner] of Object.entries(value))
    flatten(prefix === '' ? name : `${prefix}.${name}`, inner, from, raw)
}

function readEnvironment(
  keys: ConfigKeys,
  environment: Readonly<Record<string, string | undefined>>,
  raw: Map<string, { value: unknown; from: string }>,
  problems: string[],
): void {
  const names = Object.values(keys).map(each => each.name)
  const byVariable = new Map(names.map(name => [variableOf(name), name]))
  for (const [variable, value] of Object.entries(environment)) {
    if (value === undefined) continue
    const name = byVariable.get(variable)
    if (name !== undefined) raw.set(name, { value, from: variable })
    else if (variable.startsWith('IRIS_') && !isOfAnotherProgram(variable))
      problems.push(
        `${variable}: ${insteadOf(variable) ?? `unknown${meant(variable, [...byVariable.keys()])}`}`,
      )
    for (const target of shortNames[variable] ?? []) {
      if (names.includes(target) && !raw.has(target)) raw.set(target, { value, from: variable })
    }
  }
}

/** Suggests the declared name that is spelled nearly so, or ends in what was written. */
function meant(written: string, known: readonly string[]): string {
  const found = nearest(written, known) ?? known.find(name => name.endsWith(`.${written}`))
  return found === undefined ? '' : `; did you mean ${found}?`
}
