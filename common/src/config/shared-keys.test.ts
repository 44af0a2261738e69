import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig } from './load.js'
import { deliveryKeys, kafkaKeys, logKeys, zookeeperKeys } from './shared-keys.js'

const keys = { ...kafkaKeys, ...zookeeperKeys, ...logKeys, ...deliveryKeys }

function load(environment: Record<string, string>): ReturnType<typeof loadConfig<typeof keys>> {
  return loadConfig(keys, { argv: [], environment })
}

describe('shared keys', () => {
  it('start on loopback with nothing set', () => {
    expect(load({})).toMatchObject({
      kafkaBrokers: ['127.0.0.1:9092'],
      zookeeperServers: '127.0.0.1:2181',
      zookeeperRoot: '/hermes',
      zookeeperSessionTimeoutMs: 10_000,
      logLevel: 'info',
      allowedNetworks: [],
    })
  })

  it('take the short names that every tool of Iris understands', () => {
    const config = load({ KAFKA_BROKERS: 'a:1, b:2', ZOOKEEPER: 'z:3' })

    expect(config.kafkaBrokers).toEqual(['a:1', 'b:2'])
    expect(config.zookeeperServers).toBe('z:3')
  })

  it.each([
    { KAFKA_BROKERS: '' },
    { ZOOKEEPER: ' ' },
    { IRIS_ZOOKEEPER_ROOT: 'hermes' },
    { IRIS_ZOOKEEPER_ROOT: '/hermes/' },
    { IRIS_LOG_LEVEL: 'loud' },
    { IRIS_ZOOKEEPER_SESSION_TIMEOUT: '10' },
  ])('refuse %o', environment => {
    expect(() => load(environment as unknown as Record<string, string>)).toThrow(ConfigError)
  })
})
