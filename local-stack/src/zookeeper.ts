/**
 * A real ZooKeeper on loopback, standalone.
 * Takes a data directory and a port. Gives a server that has answered.
 * Promises: sessions as short as one second; the same data after `stop` or `kill` and `start`.
 */
import { join } from 'node:path'
import { silentLog, type Log } from '@iris/common/lifecycle/log'
import { javaServers } from './artifacts.js'
import { createJavaServer, propertiesFile, writeProperties } from './java-server.js'
import type { ManagedProcess } from './managed-process.js'
import { freePort, loopback } from './ports.js'
import { isZooKeeperServing } from './probes.js'

/** Two of it are the shortest session. */
const tickMs = 500
const sessionMsMax = 60_000
// A lost machine may cost the last writes; a killed process costs nothing. Local data needs no more.
const jvm = [
  '-Xms64m',
  '-Xmx256m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Dzookeeper.forceSync=no',
  '-Dzookeeper.preAllocSize=4096',
]

export interface ZooKeeperOptions {
  /** Made when missing; holds settings, logs, the pid and, under `data`, what ZooKeeper keeps. */
  readonly dataDir: string
  /** A free one when left out. */
  readonly port?: number
  /** Settings of `zoo.cfg` over ours. */
  readonly config?: Readonly<Record<string, string>>
  readonly log?: Log
}

/** A ZooKeeper under our hand. `start` after `stop` or `kill` serves the same data at the same port. */
export interface ZooKeeperServer extends ManagedProcess {
  /** `host:port`, for ZOOKEEPER. */
  readonly connection: string
}

/** Starts a ZooKeeper and resolves when it serves. */
export async function startZooKeeper(options: ZooKeeperOptions): Promise<ZooKeeperServer> {
  const java = await javaServers()
  const port = options.port ?? (await freePort())
  writeProperties(propertiesFile(options.dataDir), { ...defaults(options.dataDir, port), ...options.config })

  const server = createJavaServer(options.log ?? silentLog, java, {
    name: `ZooKeeper on port ${port}`,
    mainClass: 'org.apache.zookeeper.server.quorum.QuorumPeerMain',
    dataDir: options.dataDir,
    jvm,
    isReady: () => isZooKeeperServing({ host: loopback, port }),
  })
  await server.start()
  return Object.assign(server, { connection: `${loopback}:${port}` })
}

function defaults(dataDir: string, port: number): Record<string, string> {
  return {
    tickTime: String(tickMs),
    maxSessionTimeout: String(sessionMsMax),
    clientPort: String(port),
    clientPortAddress: loopback,
    dataDir: join(dataDir, 'data'),
    maxClientCnxns: '0',
    'admin.enableServer': 'false',
    '4lw.commands.whitelist': 'ruok,srvr,mntr,cons',
    'autopurge.snapRetainCount': '3',
    'autopurge.purgeInterval': '1',
  }
}
