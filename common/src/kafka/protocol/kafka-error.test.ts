import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'

import { errorFor, failOn, kafkaCode, nameOfCode } from './kafka-error.js'

const { errorCodes } = createRequire(import.meta.url)('kafkajs/src/protocol/error.js') as {
  errorCodes: readonly { type: string; code: number; retriable: boolean }[]
}

/** What Kafka has renamed since the table of kafkajs was made. */
const renamed: Readonly<Record<string, string>> = {
  UNKNOWN: 'UNKNOWN_SERVER_ERROR',
  NOT_LEADER_FOR_PARTITION: 'NOT_LEADER_OR_FOLLOWER',
  GROUP_LOAD_IN_PROGRESS: 'COORDINATOR_LOAD_IN_PROGRESS',
  GROUP_COORDINATOR_NOT_AVAILABLE: 'COORDINATOR_NOT_AVAILABLE',
  NOT_COORDINATOR_FOR_GROUP: 'NOT_COORDINATOR',
}

describe('the table of codes', () => {
  it('agrees with an independent table, names that Kafka changed aside', () => {
    const expected = errorCodes.map(({ code, type, retriable }) => [code, renamed[type] ?? type, retriable])

    expect(errorCodes.map(({ code }) => [code, nameOfCode(code), errorFor(code).isRetriable])).toEqual(
      expected,
    )
  })

  it('names each code that is decided upon as the table does', () => {
    for (const [name, code] of Object.entries(kafkaCode)) expect(nameOfCode(code)).toBe(name)
  })

  it('makes an error of a code it does not know, not to be retried', () => {
    expect(errorFor(9_999)).toMatchObject({ code: 9_999, isRetriable: false, codeName: 'UNKNOWN_CODE_9999' })
  })

  it('throws on any code but 0', () => {
    expect(() => failOn(0)).not.toThrow()
    expect(() => failOn(3, 'no such topic')).toThrow(
      'Kafka answered UNKNOWN_TOPIC_OR_PARTITION (3): no such topic',
    )
  })
})
