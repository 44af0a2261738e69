import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LocalStackError } from './local-stack-error.js'
import { portFlags, readStackOptions, usage } from './stack-options.js'

describe('the options of npm start', () => {
  it('are the documented ports and .iris without flags', () => {
    const options = readStackOptions([], {})

    expect(options?.ports).toEqual({
      frontend: 8080,
      management: 8090,
      consumers: 8000,
      inbox: 8070,
      kafka: 9092,
      kafkaController: 9093,
      zookeeper: 2181,
    })
    expect(options?.dataDir).toMatch(/\.iris$/)
    expect(options).toMatchObject({ isFresh: false, kafkaBrokers: null, zookeeper: null })
  })

  it('take ports, a directory and --fresh', () => {
    const options = readStackOptions(['--port-inbox', '1', '--data', 'x', '--fresh'], {})

    expect(options).toMatchObject({ isFresh: true, dataDir: resolve('x') })
    expect(options?.ports.inbox).toBe(1)
  })

  it('take servers of the user from the environment; an empty variable is none', () => {
    const options = readStackOptions([], { KAFKA_BROKERS: 'a:1,b:2', ZOOKEEPER: '' })

    expect(options).toMatchObject({ kafkaBrokers: 'a:1,b:2', zookeeper: null })
  })

  it.each([
    ['--port-inbox', '0'],
    ['--port-inbox', '65536'],
    ['--port-inbox', 'x'],
    ['--foo'],
    ['word'],
    ['--data'],
  ])('refuse %s %s with a sentence', (...argv) => {
    expect(() => readStackOptions(argv, {})).toThrow(LocalStackError)
  })

  it('are all in the help', () => {
    expect(readStackOptions(['--help'], {})).toBeNull()
    for (const { flag, port } of Object.values(portFlags))
      expect(usage).toMatch(new RegExp(`${flag} PORT +default ${port}`))
  })
})
