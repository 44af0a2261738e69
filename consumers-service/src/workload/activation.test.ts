import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { activate } from './activation.js'

async function activated(definition: string): Promise<[string, number | undefined][]> {
  const writes: [string, number | undefined][] = []
  const session = {
    read: () => Promise.resolve({ data: Buffer.from(definition), stat: { version: 4 } }),
    write: (_path: string, data: Buffer, version?: number) =>
      Promise.resolve(writes.push([data.toString(), version])),
  } as unknown as ZooSession
  await activate({ session, log: silentLog }, '/s')
  return writes
}

describe('the activation of a subscription', () => {
  it('writes ACTIVE over the very version it read, and keeps what it does not know', async () => {
    expect(await activated('{"name":"s","state":"PENDING","future":{"x":[1]}}')).toEqual([
      ['{"name":"s","state":"ACTIVE","future":{"x":[1]}}', 4],
    ])
    expect(await activated('{"name":"s"}')).toEqual([['{"name":"s","state":"ACTIVE"}', 4]])
  })

  it.each(['{"state":"ACTIVE"}', '{"state":"SUSPENDED"}', '{', ''])('leaves %j alone', async definition => {
    expect(await activated(definition)).toEqual([])
  })
})
