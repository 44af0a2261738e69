import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startKafka, type KafkaServer } from './kafka.js'
import { isZooKeeperServing, kafkaBrokers } from './probes.js'
import { startZooKeeper, type ZooKeeperServer } from './zookeeper.js'

function addressOf(text: string): { host: string; port: number } {
  return { host: '127.0.0.1', port: Number(text.split(':')[1]) }
}

describe('the servers of the test run', () => {
  it('answer in their own protocol', async () => {
    expect(await kafkaBrokers(addressOf(inject('kafka')))).toEqual([1])
    expect(await isZooKeeperServing(addressOf(inject('zookeeper')))).toBe(true)
  })
})

describe('servers of a test', () => {
  let directory: string
  let kafka: KafkaServer
  let zookeeper: ZooKeeperServer

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), `iris-test-${process.pid}-`))
    ;[kafka, zookeeper] = await Promise.all([
      startKafka({ dataDir: join(directory, 'kafka') }),
      startZooKeeper({ dataDir: join(directory, 'zookeeper') }),
    ])
  })
  afterAll(async () => {
    await Promise.all([kafka.kill(), zookeeper.kill()])
    rmSync(directory, { recursive: true, force: true })
  })

  it('come back at the same address after a kill', async () => {
    await Promise.all([kafka.kill(), zookeeper.kill()])
    const [gone, silent] = [
      await kafkaBrokers(addressOf(kafka.bootstrap)),
      await isZooKeeperServing(addressOf(zookeeper.connection)),
    ]
    await Promise.all([kafka.start(), zookeeper.start()])

    expect([gone, silent]).toEqual([[], false])
    expect(await kafkaBrokers(addressOf(kafka.bootstrap))).toEqual([1])
    expect(await isZooKeeperServing(addressOf(zookeeper.connection))).toBe(true)
  })

  it('answer nothing while they are paused', async () => {
    kafka.pause()
    zookeeper.pause()
    const answers = [
      await kafkaBrokers(addressOf(kafka.bootstrap)),
      await isZooKeeperServing(addressOf(zookeeper.connection)),
    ]
    kafka.resume()
    zookeeper.resume()

    expect(answers).toEqual([[], false])
    expect(await isZooKeeperServing(addressOf(zookeeper.connection))).toBe(true)
  })
})
