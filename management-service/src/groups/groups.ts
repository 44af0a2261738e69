/**
 * Groups: create, list, read, update, delete.
 * Takes bodies and names of the API. Gives what is answered.
 * Refuses with Hermes' codes, in the order of its contract.
 */
import type { Principal } from '@iris/common/access/principal'
import { parseGroup, type Group } from '@iris/common/domain/group'
import { isNamePart, type GroupName } from '@iris/common/domain/names'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { entityOf, patchOf } from '../requests.js'
import { refusedFor } from '../changes/dependants.js'
import type { GroupStore, TopicStore } from '../store/ports.js'

/** What an installation lets groups be, and who makes them. */
export interface GroupRules {
  readonly groupNamePattern: string
  /** Whether owners of a group that does not exist yet may make it. */
  readonly isNonAdminCreationAllowed: boolean
}

/** Makes a group. */
export async function createGroup(
  store: GroupStore,
  rules: GroupRules,
  body: unknown,
  principal: Principal,
): Promise<void> {
  const group = parseGroup(entityOf(body), rules.groupNamePattern)
  if (!principal.isAdmin && !rules.isNonAdminCreationAllowed)
    throw refusal('PERMISSION_DENIED', { problem: 'You are not allowed to create groups' })
  if ((await store.createGroup(group.groupName)) !== 'created') {
    throw refusal('GROUP_ALREADY_EXISTS', { group: group.groupName })
  }
}

/** The names of all groups. */
export function listGroups(store: GroupStore): Promise<readonly string[]> {
  return store.groups()
}

/** One group. */
export async function readGroup(store: GroupStore, name: string): Promise<Group> {
  return { groupName: await existingGroup(store, name) }
}

/** A group has nothing but its name, and the name cannot change: an update checks and writes nothing. */
export async function updateGroup(store: GroupStore, name: string, body: unknown): Promise<void> {
  const { groupName = name } = patchOf(body)
  await existingGroup(store, name)
  if (groupName !== name) {
    const given = JSON.stringify(groupName)
    throw new HermesError('OTHER', `A group cannot be renamed: the path says ${name}, the body ${given}`, 400)
  }
}

/** Removes an empty group. An unknown one keeps Hermes' odd text, with the status that it should have had. */
export async function deleteGroup(
  store: GroupStore & Pick<TopicStore, 'topics'>,
  datacenter: string,
  name: string,
): Promise<void> {
  const removed = isNamePart(name) ? await store.removeGroup(name as GroupName) : 'missing'
  if (removed === 'notEmpty')
    throw refusedFor('GROUP_NOT_EMPTY', { group: name }, 'topics', (await store.topics(name)) ?? [])
  if (removed === 'missing') {
    const problem = `Backup procedure for command 'RemoveGroup(${name})' failed on DC '${datacenter}'.`
    throw new HermesError('OTHER', problem, 404)
  }
}

async function existingGroup(store: GroupStore, name: string): Promise<GroupName> {
  if (isNamePart(name) && (await store.groupExists(name))) return name as GroupName
  throw refusal('GROUP_NOT_EXISTS', { group: name })
}
