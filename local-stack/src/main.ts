/**
 * `npm start`: the whole of Iris on this machine, with one message delivered.
 * Takes flags and the variables KAFKA_BROKERS and ZOOKEEPER. Gives one screen, then runs until a signal.
 * Promises: what cannot start is told in one sentence with its fix, exit code 1; a signal stops in order what
 * runs by then, also in the middle of the start; nothing is left running.
 */
import { relative } from 'node:path'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { announcePreparation } from './preparation.js'
import { demoTopic, runDemo } from './demo.js'
import { LocalStackError } from './local-stack-error.js'
import { paintFor } from './paint.js'
import { screen } from './screen.js'
import { readStackOptions, usage, type StackOptions } from './stack-options.js'
import { startStackUntil, type Stack } from './stack.js'
import { stopSignal } from './stop-signal.js'
import { troubleText } from './trouble.js'

const isTerminal = process.stdout.isTTY
const print = (text: string): void => void process.stdout.write(text)

async function run(options: StackOptions): Promise<void> {
  const beginMs = systemClock.monotonic()
  const stopped = stopSignal()
  if (options.kafkaBrokers === null || options.zookeeper === null) await announcePreparation(print)
  void stopped.then(() => print('\nStopping …\n'))
  if (isTerminal) print('Starting Kafka, ZooKeeper and the three services …\n')
  const stack = await startStackUntil(stopped, silentLog, options)
  if (stack === null) return print('Stopped.\n')
  try {
    const roundTrip = await Promise.race([runDemo(stack), stack.broken, stopped.then(() => null)])
    if (roundTrip !== null) {
      const startMs = systemClock.monotonic() - beginMs
      print(screen({ ...facts(stack, options), roundTrip, startMs }, paintFor(isTerminal, process.env)))
    }
    await Promise.race([stopped, stack.broken])
  } finally {
    await stack.stop()
  }
  print('Stopped.\n')
}

function facts(stack: Stack, options: StackOptions) {
  const { frontend, management, consumers, kafkaBrokers, zookeeper } = stack
  const fromHere = relative(process.cwd(), options.dataDir)
  const dataDir = fromHere === '' || fromHere.startsWith('..') ? options.dataDir : fromHere
  return {
    frontend,
    management,
    consumers,
    kafkaBrokers,
    zookeeper,
    dataDir,
    ownServers: [
      ...(options.kafkaBrokers === null ? ['Kafka'] : []),
      ...(options.zookeeper === null ? ['ZooKeeper'] : []),
    ],
    inbox: stack.inbox.url,
    topic: demoTopic,
  }
}

/** For a program that reads along it stays one line. */
function complain(sentence: string): void {
  const { isTTY, columns } = process.stderr
  const text = isTTY ? troubleText(sentence, columns, paintFor(isTTY, process.env)) : `${sentence}\n`
  process.stderr.write(text)
}

try {
  const options = readStackOptions(process.argv.slice(2), process.env)
  if (options === null) print(usage)
  else await run(options)
  process.exit(0)
} catch (error) {
  if (error instanceof LocalStackError) complain(error.message)
  else process.stderr.write(`Iris did not start: ${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
}
