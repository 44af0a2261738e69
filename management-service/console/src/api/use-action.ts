/**
 * Something that a person does: one call that changes something.
 * Takes the call when it is done. Gives whether it is under way; what was shown is read anew
 * afterwards, and the person is told in a sentence how it went.
 */
import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import type { Call } from './call.js'
import { send } from './client.js'
import { notify } from './notify.js'
import type { ApiProblem } from './problem.js'

export interface ActionTold {
  /** Said when it went well, such as `Topic created`. */
  readonly done: string
  /** Called with the answer when it went well. */
  readonly onDone?: (answer: unknown) => void
  /** Whether who calls tells of this refusal by itself. */
  readonly isTold?: (problem: ApiProblem) => boolean
}

/** Makes the action; `action.mutate(call)` does it. */
export function useAction({
  done,
  onDone,
  isTold,
}: ActionTold): UseMutationResult<unknown, ApiProblem, Call> {
  const queries = useQueryClient()
  return useMutation<unknown, ApiProblem, Call>({
    mutationFn: call => send(call),
    async onSuccess(answer) {
      void notify({ message: done, color: 'teal' })
      onDone?.(answer)
      await queries.invalidateQueries()
    },
    onError(problem) {
      if (isTold?.(problem) === true) return
      void notify({
        title: problem.message,
        message: problem.fix ?? problem.code,
        color: 'red',
      })
    },
  })
}
