// pure
/**
 * The command line of the take-over check.
 * Takes its words. Gives the options, or one sentence that says what is wrong.
 */
import { parseArgs } from 'node:util'

export interface CheckOptions {
  readonly zookeeper: string
  readonly root: string
  readonly kafka: string | null
  readonly namespace: string
  readonly separator: string
  readonly allowedNetworks: readonly string[]
  readonly isJson: boolean
}

/** What may be given. */
export const usage =
  'npm run check:takeover -- --zookeeper HOST:PORT [--root /hermes] [--kafka HOST:PORT] [--namespace NAME] ' +
  '[--separator _] [--allowed-networks 10.0.0.0/8,…] [--json]'

/** Reads the words behind the program's name. */
export function readCheckOptions(words: readonly string[]): CheckOptions | { readonly problem: string } {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        zookeeper: { type: 'string' },
        root: { type: 'string', default: '/hermes' },
        kafka: { type: 'string' },
        namespace: { type: 'string', default: '' },
        separator: { type: 'string', default: '_' },
        'allowed-networks': { type: 'string', default: '' },
        json: { type: 'boolean', default: false },
      },
    })
    if (values.zookeeper === undefined) return { problem: '--zookeeper is missing' }
    if (!/^(\/[^/\s]+)+$/.test(values.root)) return { problem: `${values.root} is no path for --root` }
    return {
      ...{ zookeeper: values.zookeeper, root: values.root, kafka: values.kafka ?? null },
      ...{ namespace: values.namespace, separator: values.separator, isJson: values.json },
      allowedNetworks: values['allowed-networks'].split(',').filter(each => each !== ''),
    }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}
