/**
 * `iris diff`: where file and installation differ, what only the installation has included. Exit code 2 where
 * they do.
 */
import { exitCodes, type Command } from '../command.js'
import { undeclared } from '../definitions/plan.js'
import { keyOf, kindWords, nameOf } from '../definitions/thing.js'
import { planFile } from './planned.js'
import { stepJson, stepLines } from './shown.js'

export const diffCommand: Command = {
  summary: 'say where the file and the installation differ',
  async run(surroundings) {
    const { definitions, present, steps } = await planFile({
      ...surroundings,
      options: { ...surroundings.options, prune: false },
    })
    const wanted = new Set(definitions.things.map(({ place }) => keyOf(place)))
    const onlyThere = undeclared(present, wanted).map(({ place }) => place)
    if (surroundings.options.isJson) {
      const extra = onlyThere.map(place => ({ kind: place.kind, name: nameOf(place) }))
      surroundings.out(`${JSON.stringify({ steps: steps.map(stepJson), onlyThere: extra })}\n`)
    } else {
      const lines = onlyThere.map(place => `? ${kindWords[place.kind]} ${nameOf(place)} is not in the file`)
      surroundings.out([...steps.flatMap(stepLines), ...lines].map(line => `${line}\n`).join(''))
    }
    return steps.length + onlyThere.length === 0 ? exitCodes.done : exitCodes.different
  },
}
