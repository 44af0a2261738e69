/**
 * A schema registry in memory: for tests.
 * Takes schemas as a test registers them. Gives answers at once, or none while it is down.
 */
import { RegistryFailure, type RegisteredSchema, type Registry } from '../registry.js'

export interface MemoryRegistry extends Registry {
  isDown: boolean
  /** Whether the next versions are incompatible. */
  isStrict: boolean
  /** Questions so far, such as `versions g.t`. */
  readonly asked: string[]
  /** Adds a version past the interface. */
  add(subject: string, text: string): RegisteredSchema
}

/** Makes an empty registry. */
export function createMemoryRegistry(): MemoryRegistry {
  const subjects = new Map<string, RegisteredSchema[]>()
  let lastId = 0
  const hear = async (question: string): Promise<void> => {
    registry.asked.push(question)
    await Promise.resolve()
    if (registry.isDown)
      throw new RegistryFailure(null, 'down', 'The schema registry http://r cannot be reached: down')
  }
  const registry: MemoryRegistry = {
    isDown: false,
    isStrict: false,
    asked: [],
    add(subject, text) {
      const known = subjects.get(subject) ?? []
      const added = { id: ++lastId, version: (known.at(-1)?.version ?? 0) + 1, text }
      subjects.set(subject, [...known, added])
      return added
    },
    async versions(subject) {
      await hear(`versions ${subject}`)
      return (subjects.get(subject) ?? []).map(each => each.version)
    },
    async version(subject, version) {
      await hear(`version ${subject} ${version}`)
      const known = subjects.get(subject) ?? []
      return (version === 'latest' ? known.at(-1) : known.find(each => each.version === version)) ?? null
    },
    async textOf(id) {
      await hear(`text ${id}`)
      return [...subjects.values()].flat().find(each => each.id === id)?.text ?? null
    },
    async find(subject, text) {
      await hear(`find ${subject}`)
      return subjects.get(subject)?.find(each => each.text === text) ?? null
    },
    async register(subject, text) {
      await hear(`register ${subject}`)
      if (subjects.get(subject)?.at(-1)?.text !== text) registry.add(subject, text)
    },
    async compatibility(subject) {
      await hear(`compatibility ${subject}`)
      const isCompatible = !registry.isStrict || !subjects.has(subject)
      return { isCompatible, said: `200 {"is_compatible":${isCompatible}}` }
    },
    async remove(subject) {
      await hear(`remove ${subject}`)
      subjects.delete(subject)
    },
  }
  return registry
}
