/**
 * From a file to steps, for the commands that have that in common.
 */
import type { World } from '../../command.js'
import { planChanges, type Step } from '../../definitions/plan.js'
import { FileRefused, type FileProblem } from '../../definitions/problem.js'
import { readDefinitions, type Definitions } from '../../definitions/read-file.js'
import type { PresentThing } from '../../definitions/thing.js'
import { readPresent } from '../../management/present.js'
import { rehearse, StepRefused } from '../../management/rehearse.js'
import { wholeOf } from '../../pieces.js'
import { optional, text, toggle, UsageError } from '../../words/declare.js'

const fileDefault = 'iris.yaml'

/** What the commands over a file have in common: it is a word, or an option. */
export const fileArguments = {
  file: optional(`the definitions (${fileDefault}); - is what is piped in`, { completes: 'file' }),
}
export const fileOptions = { file: text('FILE', 'the same', { short: 'f', completes: 'file' }) }
export const pruneOptions = {
  prune: toggle('also remove what the file does not have, below groups that it has'),
}

/** A file, what is there, and what is between them. */
export interface Planned {
  readonly definitions: Definitions
  readonly present: readonly PresentThing[]
  readonly steps: readonly Step[]
}

export interface PlanOptions {
  readonly file: string
  readonly prune: boolean
}

interface Named {
  readonly file: string | null
}

/** The file that is meant, the usual one where none is named. */
export function fileOf({ file: word }: Named, { file: option }: Named): string {
  if (word !== null && option !== null)
    throw new UsageError(`One file at a time: ${word}, or --file ${option}`)
  return word ?? option ?? fileDefault
}

/** Reads the file and the installation, and asks management about every step. */
export async function planFile(world: World, options: PlanOptions): Promise<Planned> {
  const { management: ask } = world
  const definitions = await readFile(world, options.file)
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

async function readFile({ environment, files, input }: World, file: string): Promise<Definitions> {
  const content = file !== '-' ? await files.read(file) : input === null ? null : String(await wholeOf(input))
  if (content === null) {
    const fix = 'name one; iris export writes one'
    throw new FileRefused([{ file, line: 1, column: 1, field: '', problem: 'the file cannot be read', fix }])
  }
  return readDefinitions({ file, text: content }, reference =>
    'env' in reference ? (environment[reference.env] ?? null) : files.readBeside(file, reference.file),
  )
}
