/**
 * `iris plan`: what `apply` would do, held against management, and nothing done.
 */
import { command, exitCodes } from '../../command.js'
import { fileArguments, fileOf, fileOptions, planFile, pruneOptions } from './planned.js'
import { countLine, stepJson, stepLines } from './shown.js'
import { jsonLine } from '../../show/words.js'

export const planCommand = command({
  name: 'plan',
  section: 'Definitions',
  summary: 'say what apply would do',
  details: [
    'Each step is held against management, Kafka and the schema registry, so that what they would refuse is refused here. ' +
      'Nothing is changed.',
  ],
  arguments: fileArguments,
  options: { ...fileOptions, ...pruneOptions },
  examples: [
    { words: 'plan', what: 'what iris.yaml would change' },
    { words: 'plan shop.yaml --prune', what: 'what would be removed, too' },
  ],
  async run(world, words, options) {
    const { steps } = await planFile(world, { ...options, file: fileOf(words, options) })
    if (world.isJson) world.screen.out(jsonLine({ steps: steps.map(stepJson) }))
    else world.screen.out(`${[...steps.flatMap(stepLines), countLine(steps)].join('\n')}\n`)
    return exitCodes.done
  },
})
