/**
 * From a file to steps, for the commands that have that in common.
 */
import type { Surroundings } from '../command.js'
import { planChanges, type Step } from '../definitions/plan.js'
import { FileRefused, type FileProblem } from '../definitions/problem.js'
import { readDefinitions, type Definitions } from '../definitions/read-file.js'
import type { PresentThing } from '../definitions/thing.js'
import { readPresent } from '../management/present.js'
import { rehearse, StepRefused } from '../management/rehearse.js'

/** A file, what is there, and what is between them. */
export interface Planned {
  readonly definitions: Definitions
  readonly present: readonly PresentThing[]
  readonly steps: readonly Step[]
}

/** Reads the file and the installation, and asks management about every step. */
export async function planFile(surroundings: Surroundings): Promise<Planned> {
  const { options, ask } = surroundings
  const definitions = await readFile(surroundings)
  const { things } = definitions
  const namesOf = (kind: 'group' | 'oauthProvider'): string[] =>
    things.filter(({ place }) => place.kind === kind).map(({ place }) => place.name)
  const present = await readPresent(ask, {
    groups: namesOf('group'),
    oauthProviders: namesOf('oauthProvider'),
  })
  try {
    const steps = await rehearse(ask, planChanges(things, present, { prune: options.prune }))
    return { definitions, present, steps }
  } catch (error) {
    throw error instanceof StepRefused ? new FileRefused([problemOf(definitions, error)]) : error
  }
}

/**
 * Where in the file the cause of a refusal stands: management names members as
 * `Topic.retentionTime.duration`.
 */
export function problemOf(definitions: Definitions, { step, message }: StepRefused): FileProblem {
  const named = /\b(?:Topic|Subscription|OAuthProvider)\.([\w.]+)/.exec(message)?.[1] ?? ''
  const member = named.replace(/^(?:serial|batch)SubscriptionPolicy/, 'subscriptionPolicy')
  return { ...definitions.placeOf(step.place, member), problem: message, fix: '' }
}

async function readFile({ options, environment, ...files }: Surroundings): Promise<Definitions> {
  const { file } = options
  const text = await files.readFile(file)
  if (text === null) {
    const fix = 'give the path with --file; "export" writes one'
    throw new FileRefused([{ file, line: 1, column: 1, field: '', problem: 'the file cannot be read', fix }])
  }
  return readDefinitions({ file, text }, reference =>
    'env' in reference ? (environment[reference.env] ?? null) : files.readBeside(reference.file),
  )
}
