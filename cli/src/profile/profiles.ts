// pure
/**
 * Profiles: installations with their addresses and keys, under names.
 * Takes the text of the file that keeps them. Gives them, and the text again. Refuses what is no profile,
 * with the place and what would do. Keys are shown masked everywhere but in the file.
 */
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { UsageError } from '../words/declare.js'
import { nearest } from '@iris/common/config/nearest'

const address = z.string().regex(/^https?:\/\//, 'must be an http or https address')
const profileShape = z.strictObject({
  management: address.optional(),
  frontend: address.optional(),
  /** Sent as `Authorization: Bearer`, to the addresses of this profile only. */
  key: z.string().min(1).optional(),
})
const fileShape = z.strictObject({
  current: z.string().optional(),
  profiles: z.record(z.string().regex(/^[\w.-]{1,100}$/), profileShape).default({}),
})

export type Profile = z.infer<typeof profileShape>

/** What the file holds. */
export interface Profiles {
  /** The one in use; null where none is. */
  readonly current: string | null
  readonly byName: ReadonlyMap<string, Profile>
}

export const noProfiles: Profiles = { current: null, byName: new Map() }

/** Reads the file's text. */
export function readProfiles(path: string, text: string): Profiles {
  const read = fileShape.safeParse(yamlOf(path, text) ?? {})
  if (!read.success) {
    const [issue] = read.error.issues
    const place = [path, ...(issue?.path.length ? [issue.path.join('.')] : [])].join(': ')
    throw new UsageError(`${place}: ${issue?.message ?? 'cannot be read'}`)
  }
  const { current, profiles } = read.data
  return { current: current ?? null, byName: new Map(Object.entries(profiles)) }
}

/** The text that holds them. */
export function writeProfiles({ current, byName }: Profiles): string {
  const first = '# Profiles of the iris command. Keys stand here: keep this file readable by you alone.\n'
  return first + stringify({ ...(current === null ? {} : { current }), profiles: Object.fromEntries(byName) })
}

/** The profile of that name; refuses a name that none has. */
export function profileNamed({ byName }: Profiles, name: string): Profile {
  const profile = byName.get(name)
  if (profile !== undefined) return profile
  const meant = nearest(name, [...byName.keys()])
  const hint = meant === null ? 'iris profile list shows those there are.' : `Did you mean ${meant}?`
  throw new UsageError(`There is no profile ${name}. ${hint}`)
}

/** Enough of a key to tell which one it is: `iris_47DE…`. */
export function maskedKey(key: string): string {
  const shown = Math.min('iris_'.length + 4, Math.floor(key.length / 3))
  return `${key.slice(0, shown)}…`
}

function yamlOf(path: string, text: string): unknown {
  try {
    return parse(text) as unknown
  } catch (error) {
    throw new UsageError(`${path} is no YAML: ${error instanceof Error ? error.message : String(error)}`)
  }
}
