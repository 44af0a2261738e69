/**
 * `iris plan`: what `apply` would do, held against management, and nothing done.
 */
import { exitCodes, type Command } from '../command.js'
import { planFile } from './planned.js'
import { countLine, stepJson, stepLines } from './shown.js'

export const planCommand: Command = {
  summary: 'say what apply would do',
  async run(surroundings) {
    const { steps } = await planFile(surroundings)
    if (surroundings.options.isJson) surroundings.out(`${JSON.stringify({ steps: steps.map(stepJson) })}\n`)
    else surroundings.out(`${[...steps.flatMap(stepLines), countLine(steps)].join('\n')}\n`)
    return exitCodes.done
  },
}
