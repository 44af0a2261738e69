// pure
/**
 * Which installation a call talks to, and as whom.
 * Takes words, environment and profiles. Gives addresses with the headers for each.
 * What is nearer wins: the words, `--profile`, environment variables, the profile in use, the local stack.
 * Promises: the key of a profile goes to the addresses of that profile only.
 */
import { commandVariables } from '@iris/common/config/other-variables'
import { UsageError } from '../words/declare.js'
import type { Everywhere } from '../words/everywhere.js'
import { profileNamed, type Profile, type Profiles } from './profiles.js'

/** A service to call. */
export interface Target {
  /** Without a slash at the end. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Whether the user named it, here or in a profile; else it is the local stack's. */
  readonly isNamed: boolean
}

export interface Connection {
  /** The profile that something of it comes from; null for none. */
  readonly profile: string | null
  readonly management: Target
  /** Null where management is named and no frontend is: that of another installation would be wrong. */
  readonly frontend: Target | null
}

type Environment = Readonly<Record<string, string | undefined>>
type Service = 'management' | 'frontend'

const localStack = { management: 'http://127.0.0.1:8090', frontend: 'http://127.0.0.1:8080' } as const

/** Puts them together. */
export function connectionOf(words: Everywhere, environment: Environment, profiles: Profiles): Connection {
  const name = words.profile ?? (environment[commandVariables.profile] || profiles.current)
  const profile = name === null ? {} : profileNamed(profiles, name)
  const fixed = Object.fromEntries(words.header.map(each => headerOf(each, environment)))
  // Who names a profile means it, with whatever the environment of the terminal was set for.
  const surrounding = words.profile === null ? environment : {}
  const target = (service: Service): Target | null => {
    const named = words[service] ?? (surrounding[commandVariables[service]] || (profile[service] ?? null))
    if (named === null) return null
    const url = checkedAddress(service, named)
    return { url, headers: { ...authorization(url, profile, surrounding), ...fixed }, isNamed: true }
  }
  const local = (service: Service): Target => {
    const url = localStack[service]
    return { url, headers: { ...authorization(url, profile, surrounding), ...fixed }, isNamed: false }
  }
  const [management, frontend] = [target('management'), target('frontend')]
  return {
    profile: name,
    management: management ?? local('management'),
    frontend: frontend ?? (management === null ? local('frontend') : null),
  }
}

function authorization(url: string, profile: Profile, environment: Environment): Record<string, string> {
  const own = environment[commandVariables.key] ?? ''
  const isOfProfile = [profile.management, profile.frontend].some(
    each => each !== undefined && new URL(each).origin === new URL(url).origin,
  )
  const key = own === '' && isOfProfile ? (profile.key ?? '') : own
  return key === '' ? {} : { Authorization: `Bearer ${key}` }
}

/** An address without slashes at its end; refuses what is none. */
export function checkedAddress(service: Service, text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '')
  const hint = URL.canParse(`http://${text}`) ? `: http://${text}` : ''
  throw new UsageError(`The address of ${service} must be an http or https address, not ${text}${hint}`)
}

/** `Name: value`, or `Name: env VARIABLE`: words of a command line can be read by others on the machine. */
function headerOf(text: string, environment: Environment): readonly [string, string] {
  const [, name, value] = /^([\w-]+)\s*:\s*(.+)$/.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new UsageError(
      `--header must be "Name: value" or "Name: env VARIABLE", not ${text.split(':')[0] ?? ''}`,
    )
  const variable = /^env\s+(\w+)$/.exec(value)?.[1]
  if (variable === undefined) return [name, value]
  const held = environment[variable] ?? ''
  if (held === '') throw new UsageError(`--header ${name}: the environment has no ${variable}`)
  return [name, held]
}
