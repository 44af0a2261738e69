import { describe, expect, it } from 'vitest'
import { readOptions, UsageError } from './options.js'

const needed = ['--database=postgres://u:secret@h/d', '--iris=http://a:1,http://b:2']

describe('iris-outbox', () => {
  it('needs a database and Iris; the rest has defaults', () => {
    const options = readOptions(needed, {})

    expect(options?.frontends.map(String)).toEqual(['http://a:1/', 'http://b:2/'])
    expect(options).toMatchObject({
      ...{ database: 'postgres://u:secret@h/d', table: 'outbox', createsTable: false, afterFailure: 'hold' },
      ...{ inflightMax: 16, pollMs: 1_000, timeoutMs: 30_000, keepSentHours: 0, authorization: null },
    })
  })

  it('takes its words from the environment too, and a flag before a variable', () => {
    const environment = {
      IRIS_OUTBOX_DATABASE: 'postgres://h/d',
      IRIS_OUTBOX_IRIS: 'http://a:1',
      IRIS_OUTBOX_TABLE: 'shop.outbox',
      IRIS_OUTBOX_CREATE_TABLE: 'true',
      IRIS_OUTBOX_AUTHORIZATION: 'Bearer x',
    }

    expect(readOptions(['--table=other'], environment)).toMatchObject({
      ...{ table: 'other', createsTable: true, authorization: 'Bearer x' },
    })
  })

  it.each([
    ['--database is missing', ['--iris=http://a']],
    ['--iris is missing', ['--database=postgres://h/d']],
    ['--iris must be a URL', [...needed, '--iris=localhost:8080']],
    ['--database must be a URL', [...needed, '--database=secret']],
    ['--table', [...needed, '--table=a;b']],
    ['--inflight', [...needed, '--inflight=0']],
    ['--inflight', [...needed, '--inflight=257']],
    ['--poll-ms', [...needed, '--poll-ms=x']],
    ['--after-failure', [...needed, '--after-failure=skip']],
    ['--colour', [...needed, '--colour']],
  ])('refuses: %s', (text, argv) => {
    expect(() => readOptions(argv, {})).toThrow(UsageError)
    expect(() => readOptions(argv, {})).toThrow(text)
  })

  it('never repeats a wrong address, which may hold a password', () => {
    expect(() => readOptions([...needed, '--database=secret'], {})).toThrow(/^((?!secret).)*$/)
  })

  it.each(['Bearer secret\n', 'Bearer secret\u2026'])(
    'refuses credentials that no header carries: %j',
    text => {
      const environment = { IRIS_OUTBOX_AUTHORIZATION: text }

      expect(() => readOptions(needed, environment)).toThrow(/^IRIS_OUTBOX_AUTHORIZATION((?!secret).)*$/)
    },
  )

  it('takes an empty variable for no credentials', () => {
    expect(readOptions(needed, { IRIS_OUTBOX_AUTHORIZATION: '' })?.authorization).toBeNull()
  })

  it('helps', () => {
    expect(readOptions(['--help'], {})).toBeNull()
  })
})
