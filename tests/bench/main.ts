#!/usr/bin/env node
/**
 * `npm run bench [-- publish delivery overload latency …]`: the figures we publish, as Markdown.
 * Takes names of benches, `publish delivery` by default, `--quick` for a look, `--full` for every size,
 * number of publishers and of workers. Each has a stack of its own; `promises` gives the times we promise.
 */
import { parseArgs } from 'node:util'
import { systemClock } from '@iris/common/time/clock'
import { withBenchStack, type BenchStack } from './bench-stack.js'
import { benchCatalog, catalogSizes } from './catalog.js'
import { benchConsole } from './console.js'
import { benchConsoleScale } from './console-scale.js'
import { benchDelivery } from './delivery.js'
import { benchFailing } from './failing.js'
import { benchFanout } from './fanout.js'
import { benchIdle } from './idle.js'
import { benchLatency } from './latency.js'
import { machineFacts } from './machine.js'
import { benchNeighbour } from './neighbour.js'
import { benchOverload } from './overload.js'
import { benchPromises } from './promises.js'
import { benchPublish, fullPublish, usualPublish } from './publish.js'
import { benchStreams } from './streams.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, full: { type: 'boolean', default: false } },
})
const isQuick = values.quick
const rounds = isQuick ? 1 : 3

const benches: Readonly<Record<string, (stack: BenchStack) => Promise<readonly string[]>>> = {
  publish: stack =>
    benchPublish(stack, { rounds, seconds: isQuick ? 2 : 5, ...(values.full ? fullPublish : usualPublish) }),
  overload: stack => benchOverload(stack, isQuick ? 5 : 20),
  delivery: stack =>
    benchDelivery(stack, { rounds, messages: isQuick ? 20_000 : 200_000, deadlineSeconds: 300 }),
  latency: stack => benchLatency(stack, isQuick ? 5 : 30),
  fanout: benchFanout,
  failing: benchFailing,
  neighbour: stack => benchNeighbour(stack, isQuick ? 5 : 20),
  idle: benchIdle,
  catalog: stack => benchCatalog(stack, isQuick ? catalogSizes.quick : catalogSizes.whole),
  streams: benchStreams,
  console: stack => benchConsole(stack, isQuick ? 3 : 10),
  'console-scale': stack =>
    benchConsoleScale(
      stack,
      isQuick ? { topics: 1_000, topicsPerGroup: 200 } : { topics: 10_000, topicsPerGroup: 2_000 },
    ),
}
/** With servers of their own, which they stop and start. */
const worlds: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  promises: () => benchPromises(isQuick ? 1 : 5),
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const names = positionals.length === 0 ? ['publish', 'delivery'] : positionals
const known = Object.keys({ ...benches, ...worlds })
const unknown = names.find(name => !known.includes(name))
if (unknown !== undefined) {
  process.stderr.write(`there is no bench ${unknown}; there are ${known.join(', ')}\n`)
  process.exit(2)
}
print(
  `# Figures of ${new Date(systemClock.now()).toISOString().slice(0, 10)}${isQuick ? ' (quick: for a look only)' : ''}`,
)
print('')
machineFacts().forEach(print)
print(`- ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}; ratios compare within this run only`)
print('')
const measure = (name: string): Promise<readonly string[]> =>
  worlds[name]?.() ?? withBenchStack(stack => benches[name]?.(stack) ?? Promise.resolve([]))
for (const name of names) (await measure(name)).forEach(print)
