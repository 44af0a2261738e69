/**
 * A schema registry that is told nothing: what would be registered or removed is remembered.
 * Takes the registry. Gives one that asks through it, and what would be done. Promises: refuses a schema that
 * the registry calls incompatible, in its words.
 */
import { RegistryFailure, type Registry } from '@iris/common/schema/registry'
import type { OpenRegistry } from '@iris/common/schema/open'
import type { SchemaEffects } from './answer.js'

/** Makes it. */
export function createRecordingRegistry(open: OpenRegistry): {
  readonly registry: OpenRegistry
  readonly effects: SchemaEffects
} {
  const effects: SchemaEffects = { register: [], remove: [] }
  const real = open.registry
  const registry: Registry = {
    ...real,
    async register(subject, text) {
      const latest = await real.version(subject, 'latest')
      if (latest?.text === text) return
      const { isCompatible, said } = await real.compatibility(subject, text)
      if (isCompatible) return void effects.register.push(subject)
      const problem = `not compatible with the latest version (${said})`
      throw new RegistryFailure(conflictStatus, problem, problem)
    },
    async remove(subject) {
      effects.remove.push(subject)
      return Promise.resolve()
    },
  }
  return { registry: { ...open, registry }, effects }
}

const conflictStatus = 409
