/**
 * The measure of delivery: a bare undici loop, a program of its own, that posts one body again and again.
 * Takes an address, a count and how many may be open. Gives the time it took.
 */
import { Pool } from 'undici'
import { systemClock } from '@iris/common/time/clock'
import { obey } from '../chaos/party.js'

export interface SendOrder {
  readonly url: string
  readonly body: string
  readonly count: number
  readonly concurrency: number
}

export interface SendResult {
  readonly seconds: number
  readonly perSecond: number
}

obey({ run })

async function run({ url, body, count, concurrency }: SendOrder): Promise<SendResult> {
  const { origin, pathname } = new URL(url)
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1 })
  const bytes = Buffer.from(body)
  const headers = { 'content-type': 'application/json' }
  const begin = systemClock.monotonic()
  let begun = 0
  const send = async (): Promise<void> => {
    while (begun < count) {
      begun++
      const answer = await pool.request({ method: 'POST', path: pathname, headers, body: bytes })
      await answer.body.dump()
      if (answer.statusCode !== 200) throw new Error(`the receiver answered ${answer.statusCode}`)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, send))
  const seconds = (systemClock.monotonic() - begin) / 1000
  await pool.close()
  return { seconds, perSecond: count / seconds }
}
