// pure
/**
 * A group: a name above topics.
 * Takes a body. Gives the checked group.
 * Refuses a missing name (`VALIDATION_ERROR`) and a name outside the configured pattern
 * (`GROUP_NAME_IS_INVALID`).
 */
import { z } from 'zod'
import { refusal } from '../errors/hermes-error.js'
import { plainText, readShape, type BodyPurpose } from './json-shapes.js'
import { isNamePart, type GroupName } from './names.js'
import { collectViolations } from './violations.js'

export interface Group {
  readonly groupName: GroupName
}

/** Hermes' default for `management.group.allowedGroupNameRegex`. */
export const groupNamePatternDefault = '^[a-zA-Z0-9.]+$'

/** The shape of a group in a body or a node. */
export const groupShape = z.object({ groupName: plainText })

/** Reads and checks the body of a group. `pattern` must match the whole name. */
export function parseGroup(
  json: unknown,
  pattern: string = groupNamePatternDefault,
  purpose: BodyPurpose = 'create',
): Group {
  const { groupName } = readShape(groupShape, json, purpose)
  const violations = collectViolations()
  violations.notNull('Group.groupName', groupName)
  violations.refuseAny()
  return { groupName: checkGroupName(groupName ?? '', pattern) }
}

/** The checked name. A name that is no name part could not be a ZooKeeper node, whatever the pattern says. */
export function checkGroupName(name: string, pattern: string = groupNamePatternDefault): GroupName {
  if (!new RegExp(`^(?:${pattern})$`).test(name) || !isNamePart(name)) {
    const about = { field: 'groupName', pointer: '/groupName' }
    throw refusal('GROUP_NAME_IS_INVALID', { pattern }, 'management', about)
  }
  return name as GroupName
}
