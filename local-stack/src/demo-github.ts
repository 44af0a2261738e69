/**
 * `npm run demo:github`: GitHub's real payloads through Iris, with an account of every message.
 * Takes the flags of `npm start`. Uses a stack that runs at these ports; starts one and stops it otherwise.
 * Gives a table and exit code 0 only when every message reached every subscription byte for byte, once.
 */
import { silentLog } from '@iris/common/lifecycle/log'
import { githubTable } from './github-table.js'
import { isComplete, runGithub } from './github-run.js'
import { createIrisApi } from './iris-api.js'
import { LocalStackError } from './local-stack-error.js'
import { loopback } from './ports.js'
import { announcePreparation } from './preparation.js'
import { answersOk } from './service.js'
import { readStackOptions, usage, type StackOptions } from './stack-options.js'
import { startStackUntil } from './stack.js'
import { stopSignal } from './stop-signal.js'

const arrivalMs = 120_000
const print = (text: string): void => void process.stdout.write(text)

interface Target {
  readonly frontend: string
  readonly management: string
  stop(): Promise<void>
}

async function run(options: StackOptions): Promise<boolean> {
  const stopped = stopSignal()
  const target = await runningStack(options, stopped)
  if (target === null) return false
  try {
    const running = runGithub(createIrisApi(target), { arrivalMs })
    const account = await Promise.race([running, stopped.then(() => null)])
    if (account === null) return false
    print(githubTable(account))
    return isComplete(account)
  } finally {
    await target.stop()
  }
}

/** Null when it was told to stop meanwhile. */
async function runningStack(options: StackOptions, stopped: Promise<unknown>): Promise<Target | null> {
  const { ports } = options
  const frontend = `http://${loopback}:${ports.frontend}`
  const management = `http://${loopback}:${ports.management}`
  if ((await answersOk(`${frontend}/status/ready`)) && (await answersOk(`${management}/status/health`))) {
    print(`Using the Iris at ${frontend} and ${management}.\n`)
    return { frontend, management, stop: () => Promise.resolve() }
  }
  print('Nothing runs here yet: starting a local stack …\n')
  await announcePreparation(print)
  return startStackUntil(stopped, silentLog, options)
}

try {
  const options = readStackOptions(process.argv.slice(2), process.env)
  if (options === null) print(usage)
  else {
    const isGood = await run(options)
    process.exit(isGood ? 0 : 1)
  }
} catch (error) {
  if (error instanceof LocalStackError) process.stderr.write(`${error.message}\n`)
  else process.stderr.write(`The demo failed: ${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(1)
}
