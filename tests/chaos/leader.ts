/**
 * Who leads the consumers, as ZooKeeper has it.
 * Takes ZooKeeper's address. Gives the leader's process id.
 * Refuses with a sentence when there is no leader within a bound: a fault that hits nobody proves nothing.
 */
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { inOrder } from '@iris/common/zookeeper/election'
import { zooPaths } from '@iris/common/zookeeper/paths'
import { createZooSession, type ZooSession } from '@iris/common/zookeeper/session'
import { monotonicMs } from './monotonic.js'

const cluster = 'primary-dc'
const paths = zooPaths('/hermes').iris
const lookMs = 10_000
const pollMs = 100

/** The process id of the leading consumers process. */
export async function leaderPid(connection: string): Promise<number> {
  const deps = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
  const session = createZooSession(deps, {
    servers: connection,
    sessionTimeoutMs: 10_000,
    connectTimeoutMs: lookMs,
    requestTimeoutMs: 5_000,
  })
  await session.start()
  try {
    return await look(session)
  } finally {
    await session.stop()
  }
}

async function look(session: ZooSession): Promise<number> {
  const until = monotonicMs() + lookMs
  while (monotonicMs() < until) {
    const parent = paths.consumerLeader(cluster)
    const [first] = inOrder((await session.children(parent)) ?? [])
    const node = first === undefined ? null : await session.read(`${parent}/${first}`)
    const pid = node === null ? 0 : await pidOf(session, node.data.toString())
    if (pid > 0) return pid
    await sleep(systemScheduler, pollMs)
  }
  throw new Error(`no consumers process led within ${lookMs} ms`)
}

/** The candidate's data names its instance; the instance's own node holds its process id. */
async function pidOf(session: ZooSession, data: string): Promise<number> {
  const node = await session.read(paths.consumerNode(cluster, data))
  return node === null ? 0 : ((JSON.parse(node.data.toString()) as { pid?: number }).pid ?? 0)
}
