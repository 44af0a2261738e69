import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { count, flag, key, list, ms, secretKey, text } from './declare.js'
import { ConfigError, loadConfig, shownConfig, variableOf } from './load.js'

const keys = {
  port: key('frontend.server.port', count(0, 65_535), 8080, 'Port'),
  readTimeoutMs: key('frontend.server.readTimeout', ms(1, 60_000), 2_000, 'Reading'),
  brokers: key('kafka.brokerList', list(), ['127.0.0.1:9092'], 'Brokers'),
  isForced: key('frontend.handlers.forceTopicMaxMessageSize', flag(), true, 'Size'),
  password: secretKey('kafka.password', text(), '', 'Secret'),
}

describe('configuration', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'iris-config-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const fileWith = (content: string): string[] => {
    const path = join(folder, 'iris.yaml')
    writeFileSync(path, content)
    return ['--config', path]
  }

  it('gives the declared defaults when nothing is set', () => {
    const config = loadConfig(keys, { argv: [], environment: {} })

    expect(config).toEqual({
      port: 8080,
      readTimeoutMs: 2000,
      brokers: ['127.0.0.1:9092'],
      isForced: true,
      password: '',
    })
  })

  it('lets the environment win over the file and the file over the default', () => {
    const argv = fileWith('frontend:\n  server:\n    port: 9000\n    readTimeout: 5s\n')

    const config = loadConfig(keys, { argv, environment: { IRIS_FRONTEND_SERVER_PORT: '9001' } })

    expect(config.port).toBe(9001)
    expect(config.readTimeoutMs).toBe(5000)
  })

  it('finds a relative file in the folder in which npm was called', () => {
    fileWith('frontend:\n  server:\n    port: 9000\n')
    const argv = ['--config', 'iris.yaml']

    const config = loadConfig(keys, { argv, environment: { INIT_CWD: folder } })

    expect(config.port).toBe(9000)
    expect(() => loadConfig(keys, { argv, environment: {} })).toThrow(/iris\.yaml: ENOENT/)
  })

  it('reads an absolute path as it is, wherever npm was called', () => {
    const argv = fileWith('frontend:\n  server:\n    port: 9000\n')

    expect(loadConfig(keys, { argv, environment: { INIT_CWD: '/elsewhere' } }).port).toBe(9000)
  })

  it('understands KAFKA_BROKERS, and IRIS_KAFKA_BROKER_LIST before it', () => {
    const short = loadConfig(keys, { argv: [], environment: { KAFKA_BROKERS: 'a:1,b:2' } })
    const both = loadConfig(keys, {
      argv: [],
      environment: { IRIS_KAFKA_BROKER_LIST: 'c:3', KAFKA_BROKERS: 'a:1' },
    })

    expect(short.brokers).toEqual(['a:1', 'b:2'])
    expect(both.brokers).toEqual(['c:3'])
  })

  it.each([
    [
      'an unknown variable',
      [],
      { IRIS_FRONTEND_SERVER_PROT: '1' },
      'IRIS_FRONTEND_SERVER_PROT: unknown; did you mean IRIS_FRONTEND_SERVER_PORT?',
    ],
    ['a value out of bounds', [], { IRIS_FRONTEND_SERVER_PORT: '70000' }, 'frontend.server.port = "70000"'],
    ['a word for a number', [], { IRIS_FRONTEND_SERVER_PORT: 'http' }, 'frontend.server.port'],
    [
      'an unknown duration',
      [],
      { IRIS_FRONTEND_SERVER_READ_TIMEOUT: '2 weeks' },
      'frontend.server.readTimeout',
    ],
    ['an argument that is no file', ['--port'], {}, 'unknown argument --port'],
    ['a file that is not there', ['--config', '/nowhere.yaml'], {}, '/nowhere.yaml'],
    ['--config without a file', ['--config'], {}, '--config without a file'],
    // Started without what that file says, a service would be open.
    ['the file of the command', [], { IRIS_CONFIG: '/a.yaml' }, 'a service takes --config FILE'],
  ])('refuses %s', (_what, argv, environment, problem) => {
    expect(() => loadConfig(keys, { argv, environment })).toThrow(problem)
  })

  it('refuses an unknown key of the file and suggests the one that was meant', () => {
    const argv = fileWith('server:\n  port: 1\n')

    expect(() => loadConfig(keys, { argv, environment: {} })).toThrow(
      /server\.port; did you mean frontend\.server\.port/,
    )
  })

  it('overlooks what the command and the outbox read in the same shell', () => {
    const environment = { IRIS_MANAGEMENT_URL: 'http://m', IRIS_API_KEY: 'iris_x', IRIS_OUTBOX_TABLE: 't' }

    expect(loadConfig(keys, { argv: [], environment }).port).toBe(8080)
  })

  it('names every problem at once', () => {
    const environment = { IRIS_A: '1', IRIS_B: '2' }

    const load = (): unknown => loadConfig(keys, { argv: [], environment })

    expect(load).toThrow(ConfigError)
    expect(load).toThrow(/IRIS_A[\s\S]*IRIS_B/)
  })

  it('never shows a secret', () => {
    const config = loadConfig(keys, { argv: [], environment: { IRIS_KAFKA_PASSWORD: 'hush' } })

    expect(config.password).toBe('hush')
    expect(JSON.stringify(shownConfig(keys, config))).not.toContain('hush')
  })

  it('spells variables in capitals with underscores', () => {
    expect(variableOf('consumer.healthCheckPort')).toBe('IRIS_CONSUMER_HEALTH_CHECK_PORT')
    expect(variableOf('kafka.fail-fast.x')).toBe('IRIS_KAFKA_FAIL_FAST_X')
  })
})
