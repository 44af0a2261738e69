// pure
/**
 * The first draft of a topic.
 * Takes the group it shall be in, or a topic to copy. Gives what the form begins with.
 */
import type { Draft } from '../../form/pointer.js'

/** A new topic of the group (which may be empty), with what management has no default for. */
export function newTopic(group: string): Draft {
  return {
    name: group === '' ? '' : `${group}.`,
    description: '',
    owner: { source: 'Plaintext' },
    contentType: 'JSON',
    retentionTime: { duration: 1, retentionUnit: 'DAYS' },
  }
}

/** The same settings under a name that is to be given. */
export function copyOf(topic: Draft): Draft {
  const own = new Set(['name', 'createdAt', 'modifiedAt'])
  const settings = Object.entries(topic).filter(([member]) => !own.has(member))
  return { ...Object.fromEntries(settings), name: `${String(topic['name'])}-copy` }
}
