// pure
/**
 * The refusal of a caller who may not do what it asks for.
 * Takes the right and the group it was asked for. Gives 403 as Hermes writes it; who asks for problem details
 * reads which role it takes. It says nothing about what is there: the group is the caller's own word.
 */
import { everyGroup, type Right } from '@iris/common/access/principal'
import { HermesError } from '@iris/common/errors/hermes-error'
import { frameworkError } from '@iris/common/http/api'

interface Missed {
  readonly right: Exclude<Right, 'anyone'>
  /** Null where it is about all groups. */
  readonly group: string | null
  /** Whether the owner of the very thing may do it too. */
  readonly isOwnable: boolean
}

/** The refusal. */
export function forbidden({ right, group, isOwnable }: Missed): HermesError {
  const { code, message, status } = frameworkError(403)
  const role = right === 'admin' ? right : `${right}:${group ?? everyGroup}`
  const orOwner = isOwnable && right !== 'admin' ? ', or to own it' : ''
  return new HermesError(
    code,
    message,
    status,
    {},
    {
      detail: `This takes the role ${role}${orOwner}`,
      fix: 'Use a key or token that has it, or ask an admin for one',
    },
  )
}
