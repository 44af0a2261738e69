// pure
/**
 * Another answer: two tries with one `Idempotency-Key` were answered 201 with different message ids.
 */
import { collectFindings, type Findings } from '../findings.js'
import type { JoinedRun } from '../joined-run.js'

export function findOtherAnswers(run: JoinedRun): Findings {
  const findings = collectFindings('other answer')
  for (const { id, messageId } of run.again) {
    const first = run.messages.messageId.get(id)
    if (messageId !== first) findings.add(id, -1, () => 'a try with its key was given another message id')
  }
  return findings.done()
}
