/**
 * Whether a Kafka broker or a ZooKeeper really serves.
 * Takes host and port. Gives an answer from the server itself, in its own protocol.
 * Promises: never rejects; each question has a deadline.
 */
import { ask } from './ask.js'

const questionMs = 1_000
const metadataApiKey = 3
const metadataApiVersion = 1
const clientId = 'iris-probe'

/** Where a server is asked. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
}

/** The ids of the brokers that the one at this address calls alive; empty when it does not answer. */
export async function kafkaBrokers({ host, port }: ServerAddress): Promise<readonly number[]> {
  const isComplete = (answer: Buffer): boolean =>
    answer.length >= 4 && answer.length >= 4 + answer.readInt32BE(0)
  const answer = await ask({ host, port, bytes: metadataRequest(), withinMs: questionMs, isComplete })
  return answer === null ? [] : brokerIds(answer)
}

/** Whether the ZooKeeper at this address serves requests: as the only one, or in a quorum. */
export async function isZooKeeperServing({ host, port }: ServerAddress): Promise<boolean> {
  const isComplete = (answer: Buffer): boolean => answer.includes('Node count:')
  const answer = await ask({ host, port, bytes: Buffer.from('srvr'), withinMs: questionMs, isComplete })
  return answer !== null
}

/** Metadata v1 with an empty list of topics: brokers only. A fenced broker is not in the answer. */
function metadataRequest(): Buffer {
  const id = Buffer.from(clientId)
  const request = Buffer.alloc(4 + 2 + 2 + 4 + 2 + id.length + 4)
  request.writeInt32BE(request.length - 4, 0)
  request.writeInt16BE(metadataApiKey, 4)
  request.writeInt16BE(metadataApiVersion, 6)
  request.writeInt32BE(1, 8)
  request.writeInt16BE(id.length, 12)
  id.copy(request, 14)
  request.writeInt32BE(0, 14 + id.length)
  return request
}

/** Length, correlation id, count; then each broker as id, host, port, rack (texts with a 2-byte length). */
function brokerIds(answer: Buffer): readonly number[] {
  const ids: number[] = []
  let at = 12
  for (let left = answer.readInt32BE(8); left > 0; left--) {
    ids.push(answer.readInt32BE(at))
    at += 4
    at += 2 + answer.readInt16BE(at) + 4
    at += 2 + Math.max(0, answer.readInt16BE(at))
  }
  return ids
}
