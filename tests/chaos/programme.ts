/**
 * What every programme of runs does around them: start, print, explain a failure, stop.
 * Takes a directory and a way to print. Promises: what was started is stopped, also after an error.
 */
import { startServers, stopServers, type Servers } from './servers.js'
import { startStack, type Stack } from './stack.js'
import { storyOf } from './story.js'
import { summaryOf } from './summary.js'
import type { RunResult } from './supervisor.js'

export interface Programme {
  readonly dir: string
  /** Leaves the consumers out: the log is the only witness then. */
  readonly isPublishOnly: boolean
  /** One, or three. */
  readonly brokersCount: number
  /** Kafka's disk may be filled; needs the right to mount. */
  readonly hasSmallDisk: boolean
  readonly print: (line: string) => void
}

/** Runs `work` on servers of its own. */
export async function withServers<T>(
  programme: Programme,
  work: (servers: Servers) => Promise<T>,
): Promise<T> {
  const servers = await startServers(programme.dir, programme)
  try {
    return await work(servers)
  } finally {
    await stopServers(servers)
  }
}

/** Runs `work` on our services, on servers that are there. */
export async function withStack<T>(
  { dir, isPublishOnly }: Programme,
  servers: Servers,
  work: (stack: Stack) => Promise<T>,
): Promise<T> {
  const stack = await startStack(dir, servers, isPublishOnly ? 0 : 2)
  try {
    return await work(stack)
  } finally {
    await stack.stop()
  }
}

/** Prints the verdict of a run and, of a bad one, the story of the first bad message. */
export function report({ print }: Programme, { plan, verdict, source }: RunResult): void {
  summaryOf(verdict, plan).forEach(print)
  const first = verdict.findings.flatMap(each => each.first).find(each => each.id > 0)
  if (first === undefined) return
  print(`  the story of message ${first.id}:`)
  storyOf(first.id, plan, source).forEach(line => print(`  ${line}`))
}
