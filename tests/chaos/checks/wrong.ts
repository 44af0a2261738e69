// pure
/**
 * Wrong answers: what a publisher was told contradicts the documentation, whatever became of the message.
 */
import { collectFindings, type Findings } from '../findings.js'
import { wrongAnswers } from '../records.js'
import type { JoinedRun } from '../joined-run.js'

export function findWrong(run: JoinedRun): Findings {
  const findings = collectFindings('wrong answer')
  for (const { id, which, status } of run.wrong) {
    findings.add(id, -1, () => `${nameOf(which)}, status ${status}`)
  }
  return findings.done()
}

const sentences: Readonly<Record<number, string>> = {
  [wrongAnswers.noResult]: 'the answer to many messages has no result for this one',
  [wrongAnswers.misplaced]: 'the answer to many messages has a result at the wrong place',
  [wrongAnswers.falseCount]: 'counts or status of an answer to many messages differ from its results',
  [wrongAnswers.tookBadOne]: 'it had to be refused and was taken',
  [wrongAnswers.refusedKey]: 'its key is new and was refused for good',
  [wrongAnswers.unlikePreferred]: 'it was not answered as its publisher preferred',
  [wrongAnswers.forgotten]: 'it was scheduled and is not known when it is to be cancelled',
}

function nameOf(which: number): string {
  return sentences[which] ?? `rule ${which} of answers was broken`
}
