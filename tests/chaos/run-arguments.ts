// pure
/**
 * The arguments of `npm run chaos`, and those that are kept because their run found something.
 * Takes words, or the text of `seeds.txt`. Gives values. Refuses unknown words.
 */
import { parseArgs } from 'node:util'

/** What a run is told; numbers as they were written. */
export type RunArguments = ReturnType<typeof runArguments>

/** Reads the words of one run; throws at an unknown one. */
export function runArguments(words: readonly string[]) {
  const { values } = parseArgs({
    args: [...words],
    options: {
      minutes: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
      rate: { type: 'string', default: '400' },
      faults: { type: 'string' },
      hard: { type: 'boolean', default: false },
      brokers: { type: 'string', default: '1' },
      disk: { type: 'boolean', default: false },
      calm: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      seeds: { type: 'boolean', default: false },
    },
  })
  return values
}

/** The runs of `seeds.txt`: the words of one a line, without blank lines and those that begin with `#`. */
export function keptRuns(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n').map(line => line.trim())
  return lines.filter(line => line !== '' && !line.startsWith('#')).map(line => line.split(/\s+/))
}
