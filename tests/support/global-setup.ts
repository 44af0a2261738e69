/**
 * The servers that the integration and end-to-end tests share.
 * Takes what `given-servers.ts` finds, else starts a pair. Gives `inject('kafka')` and `inject('zookeeper')`,
 * both `host:port`.
 * Promises: one pair a run, on free ports, its data gone afterwards; files of killed runs are cleared away.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startKafka, type KafkaServer } from '@iris/local-stack/kafka'
import { startZooKeeper, type ZooKeeperServer } from '@iris/local-stack/zookeeper'
import { givenServers } from './given-servers.js'

declare module 'vitest' {
  interface ProvidedContext {
    kafka: string
    zookeeper: string
  }
}

interface SharedServers {
  readonly dataDir: string
  readonly kafka: KafkaServer
  readonly zookeeper: ZooKeeperServer
}

/** Each project loads this module for itself, so the pair and its users are kept beside the modules. */
const shared = globalThis as { irisServers?: Promise<SharedServers>; irisServerUsers?: number }
const prefix = 'iris-test-'

/** Called by vitest before the first test of a project. */
export async function setup(project: TestProject): Promise<void> {
  const given = givenServers(process.env)
  if (given !== null) {
    project.provide('kafka', given.kafka)
    project.provide('zookeeper', given.zookeeper)
    return
  }
  shared.irisServerUsers = (shared.irisServerUsers ?? 0) + 1
  shared.irisServers ??= startServers()
  const { kafka, zookeeper } = await shared.irisServers
  project.provide('kafka', kafka.bootstrap)
  project.provide('zookeeper', zookeeper.connection)
}

/** Called by vitest after the last test of a project. */
export async function teardown(): Promise<void> {
  shared.irisServerUsers = (shared.irisServerUsers ?? 1) - 1
  if (shared.irisServerUsers > 0 || shared.irisServers === undefined) return
  const { dataDir, kafka, zookeeper } = await shared.irisServers
  delete shared.irisServers
  await Promise.all([kafka.kill(), zookeeper.kill()])
  await rm(dataDir, { recursive: true, force: true })
}

async function startServers(): Promise<SharedServers> {
  await clearLeftovers()
  const dataDir = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  const [kafka, zookeeper] = await Promise.all([
    startKafka({ dataDir: join(dataDir, 'kafka') }),
    startZooKeeper({ dataDir: join(dataDir, 'zookeeper') }),
  ])
  return { dataDir, kafka, zookeeper }
}

/** A run ended by SIGKILL takes its servers along, not its files. */
async function clearLeftovers(): Promise<void> {
  const names = (await readdir(tmpdir())).filter(name => name.startsWith(prefix))
  const dead = names.filter(name => !isAlive(Number(name.slice(prefix.length).split('-')[0])))
  await Promise.all(dead.map(name => rm(join(tmpdir(), name), { recursive: true, force: true })))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
