// pure
/**
 * Where owners come from. Only Hermes' `Plaintext` is built in: any id is an owner there.
 * Takes an owner id or a name of a source. Gives the owner, or refuses with Hermes' texts.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { plaintextOwnerSource, type OwnerId } from '@iris/common/domain/owner'
import { refusal } from '@iris/common/errors/hermes-error'
import { memberAbout } from '@iris/common/errors/member-about'

/** A source as the API lists it. */
export const ownerSourceShape = z.object({
  name: z.string(),
  autocomplete: z.boolean().describe('Whether it can be searched'),
  deprecated: z.boolean(),
})
export type OwnerSource = ValueOf<typeof ownerSourceShape>

/** An owner as the API shows it. */
export const ownerAnswer = z.object({ id: z.string(), name: z.string() })
export type Owner = ValueOf<typeof ownerAnswer>

const sources: readonly OwnerSource[] = [
  { name: plaintextOwnerSource, autocomplete: false, deprecated: false },
]

/** All sources. */
export function ownerSources(): readonly OwnerSource[] {
  return sources
}

/** Refuses an owner of an unknown source. */
export function checkOwnerExists(owner: OwnerId): void {
  if (sources.some(source => source.name === owner.source)) return
  const problem = `Owner source '${owner.source}' doesn't exist`
  throw refusal('VALIDATION_ERROR', { problem }, 'management', memberAbout('owner.source'))
}

/** An owner by source and id. */
export function ownerOfSource(source: string, id: string): Owner {
  sourceNamed(source)
  return { id, name: id }
}

/** Whether there is such a source. */
export function isOwnerSource(name: string): boolean {
  return sources.some(source => source.name === name)
}

/** Owners that match a text. No source of ours can search. */
export function searchOwners(source: string): never {
  sourceNamed(source)
  throw refusal('OWNER_SOURCE_DOESNT_SUPPORT_AUTOCOMPLETE', { source })
}

function sourceNamed(name: string): OwnerSource {
  const found = sources.find(source => source.name === name)
  if (found === undefined) throw refusal('OWNER_SOURCE_NOT_FOUND', { source: name })
  return found
}
