import { afterAll, beforeAll, expect, it } from 'vitest'
import { startCollector, type Collector } from './collector.js'

let collector: Collector

beforeAll(async () => {
  collector = await startCollector(
    (_subscription, messageId, retryCount) => messageId === 'shy' && retryCount === 0,
  )
})
afterAll(() => collector.stop())

async function deliver(
  subscription: string,
  messageId: string,
  body: string,
  retryCount = 0,
): Promise<number> {
  const headers = { 'Hermes-Message-Id': messageId, 'Hermes-Retry-Count': String(retryCount) }
  return (await fetch(`${collector.url}/${subscription}`, { method: 'POST', headers, body })).status
}

it('tells identical from changed, repeated, refused and unknown messages', async () => {
  for (const id of ['same', 'changed', 'twice', 'shy']) collector.expect(id, Buffer.from('{ "a": 1 }'))

  await deliver('first', 'same', '{ "a": 1 }')
  await deliver('first', 'changed', '{"a":1}')
  await deliver('first', 'twice', '{ "a": 1 }')
  await deliver('first', 'twice', '{ "a": 1 }')
  await deliver('first', 'foreign', '{ "a": 1 }')
  const refused = await deliver('first', 'shy', '{ "a": 1 }')
  await deliver('first', 'shy', '{ "a": 1 }', 1)

  expect(refused).toBe(503)
  expect(collector.collected('first')).toMatchObject({
    ...{ delivered: 4, identical: 3, repeated: 1, unknown: 1, refused: 1 },
  })
  expect(collector.collected('second')).toMatchObject({ delivered: 0, identical: 0, unknown: 0 })
})
