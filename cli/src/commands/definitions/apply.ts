/**
 * `iris apply`: makes the installation have what the file says, a change after the other.
 * Promises: every step was held against management before the first is made; each is made of the version
 * that it was planned for; the first failure, and Ctrl-C between two changes, ends it with what is done and
 * what is not.
 */
import { command, exitCodes, type ExitCode, type World } from '../../command.js'
import type { Step } from '../../definitions/plan.js'
import { problemLine } from '../../definitions/problem.js'
import { ServiceFailure, succeeded } from '../../management/rest.js'
import { callOf, refusedAs, StepRefused, stepWords } from '../../management/rehearse.js'
import { jsonLine } from '../../show/words.js'
import { fileArguments, fileOf, fileOptions, planFile, problemOf, pruneOptions } from './planned.js'
import { countLine, stepJson } from './shown.js'

/** How far it came. */
interface Progress {
  readonly done: readonly Step[]
  /** What was wrong; null where nothing was. */
  readonly failure: StepRefused | null
}

export const applyCommand = command({
  name: 'apply',
  section: 'Definitions',
  summary: 'make the installation have what the file says',
  details: [
    'Plans first, then makes the changes one after the other, each of the version that was planned. The first failure, ' +
      'and Ctrl-C between two changes, ends it with what is done and what is not; a second apply goes on there.',
  ],
  arguments: fileArguments,
  options: { ...fileOptions, ...pruneOptions },
  examples: [{ words: 'apply shop.yaml', what: 'make it so' }],
  async run(world, words, options) {
    const { definitions, steps } = await planFile(world, { ...options, file: fileOf(words, options) })
    const { done, failure } = await makeAll(world, steps)
    const notDone = steps.slice(done.length)
    const problem = failure === null ? null : problemLine(problemOf(definitions, failure))
    if (world.isJson) {
      const error = failure === null ? null : { step: stepJson(failure.step), message: problem }
      world.screen.out(jsonLine({ done: done.map(stepJson), error, notDone: notDone.map(stepJson) }))
    } else {
      if (problem !== null) world.screen.say(problem)
      world.screen.out(`${closingLines(done, notDone).join('\n')}\n`)
    }
    return codeOf(failure, notDone)
  },
})

async function makeAll(world: World, steps: readonly Step[]): Promise<Progress> {
  const { management: ask, screen, clock, interrupted } = world
  const done: Step[] = []
  interrupted.addEventListener('abort', () =>
    screen.say('Ending after this change; press again to end at once.'),
  )
  for (const step of steps) {
    if (interrupted.aborted) break
    const startMs = clock.monotonic()
    try {
      const answer = await ask(callOf(step))
      refusedAs(step, () => succeeded(stepWords(step), answer))
    } catch (error) {
      if (error instanceof StepRefused) return { done, failure: error }
      if (error instanceof ServiceFailure) return { done, failure: new StepRefused(step, error) }
      throw error
    }
    done.push(step)
    screen.say(
      `${done.length}/${steps.length} ${stepWords(step)}, ${Math.round(clock.monotonic() - startMs)} ms`,
    )
  }
  return { done, failure: null }
}

function closingLines(done: readonly Step[], notDone: readonly Step[]): readonly string[] {
  if (notDone.length === 0) return [done.length === 0 ? countLine([]) : `Done: ${done.length} changes.`]
  return [
    `Done: ${done.length} changes. Not done: ${notDone.length}; a second apply goes on there.`,
    ...notDone.map(step => `  ${stepWords(step)}`),
  ]
}

function codeOf(failure: StepRefused | null, notDone: readonly Step[]): ExitCode {
  if (failure !== null) return exitCodes.failed
  return notDone.length === 0 ? exitCodes.done : exitCodes.interrupted
}
