/**
 * `iris diff`: where file and installation differ, what only the installation has included. Exit code 2 where
 * they do.
 */
import { command, exitCodes } from '../../command.js'
import { undeclared } from '../../definitions/plan.js'
import { keyOf, kindWords, nameOf } from '../../definitions/thing.js'
import { jsonLine } from '../../show/words.js'
import { fileArguments, fileOf, fileOptions, planFile } from './planned.js'
import { stepJson, stepLines } from './shown.js'

export const diffCommand = command({
  name: 'diff',
  section: 'Definitions',
  summary: 'say where the file and the installation differ',
  details: [
    'What only the installation has, below groups of the file, is shown too. Exit code 2 where they differ.',
  ],
  arguments: fileArguments,
  options: fileOptions,
  examples: [{ words: 'diff shop.yaml || echo "changed by hand"', what: 'in a nightly check' }],
  async run(world, words, options) {
    const file = fileOf(words, options)
    const { definitions, present, steps } = await planFile(world, { file, prune: false })
    const wanted = new Set(definitions.things.map(({ place }) => keyOf(place)))
    const onlyThere = undeclared(present, wanted).map(({ place }) => place)
    if (world.isJson) {
      const extra = onlyThere.map(place => ({ kind: place.kind, name: nameOf(place) }))
      world.screen.out(jsonLine({ steps: steps.map(stepJson), onlyThere: extra }))
    } else {
      const lines = onlyThere.map(place => `? ${kindWords[place.kind]} ${nameOf(place)} is not in the file`)
      world.screen.out([...steps.flatMap(stepLines), ...lines].map(line => `${line}\n`).join(''))
    }
    return steps.length + onlyThere.length === 0 ? exitCodes.done : exitCodes.different
  },
})
