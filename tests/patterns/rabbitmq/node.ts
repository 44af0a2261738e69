/**
 * A RabbitMQ of a test: its own node, name service, data, logs and cookie below one directory.
 * Gives its address, or why there is none. Promises: loopback only, free ports; nothing is left running, nor
 * any file; a RabbitMQ that the machine runs itself is neither used nor disturbed.
 */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '@iris/common/lifecycle/log'
import {
  createManagedProcess,
  type ManagedProcess,
  type ProcessPlan,
} from '@iris/local-stack/managed-process'
import { freePort, loopback } from '@iris/local-stack/ports'
import { skippedFor } from '../../support/needed.js'

export interface RabbitNode {
  /** As clients dial it. */
  readonly url: string
  stop(): Promise<void>
}

/** Where Debian puts the program that runs as whoever calls it. */
const program = '/usr/lib/rabbitmq/bin/rabbitmq-server'
const startMs = 60_000
const stopMs = 20_000

/** Why no node can be started here; null where one can. Throws where no test may be skipped. */
export function whyNoRabbit(): string | null {
  return skippedFor(existsSync(program) ? null : `${program} is not there (apt-get install rabbitmq-server)`)
}

/** Starts a node and waits until it takes connections. */
export async function startRabbit(): Promise<RabbitNode> {
  const home = await mkdtemp(join(tmpdir(), 'iris-rabbitmq-'))
  const [port, distPort, namePort] = [await freePort(), await freePort(), await freePort()]
  // No plugin, no metrics, no definitions: what the test needs is in the core.
  await writeFile(join(home, 'plugins'), '[].')
  await writeFile(join(home, 'rabbitmq.conf'), `listeners.tcp.local = ${loopback}:${port}\n`)
  const environment = {
    PATH: process.env['PATH'],
    HOME: home,
    ERL_EPMD_ADDRESS: loopback,
    ERL_EPMD_PORT: String(namePort),
    RABBITMQ_NODENAME: `iris-test-${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_MNESIA_BASE: join(home, 'data'),
    RABBITMQ_LOG_BASE: join(home, 'log'),
    RABBITMQ_PID_FILE: join(home, 'pid'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'plugins'),
    RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: join(home, 'none'),
  }
  const made = (name: string, plan: Pick<ProcessPlan, 'command' | 'args' | 'isReady'>): ManagedProcess =>
    createManagedProcess(
      { log: silentLog },
      {
        ...{ name, ...plan, environment, processFile: null, startMs, stopMs },
        outputFile: join(home, `${plan.command.split('/').at(-1) ?? ''}.output`),
      },
    )
  // Erlang's name service outlives whoever starts it on the way: this one is ours to end.
  const names = made('the name service of Erlang', {
    command: 'epmd',
    args: ['-address', loopback, '-port', String(namePort)],
    isReady: () => greets(namePort),
  })
  const server = made(`RabbitMQ on port ${port}`, {
    command: program,
    args: [],
    isReady: () => greets(port),
  })
  const stop = async (): Promise<void> => {
    await server.stop()
    await names.stop()
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await names.start()
    await server.start()
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `amqp://guest:guest@${loopback}:${port}`, stop }
}

/** Whether somebody listens. */
async function greets(port: number): Promise<boolean> {
  const socket = createConnection(port, loopback)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
