/**
 * Bulk publishing over a pipeline in memory, behind a real listener: for tests.
 * Gives the pipeline's world, requests whole or piece by piece, and a Kafka that stores when asked.
 * Promises: `stop` fails when anything is still held or open.
 */
import { createServer, request as httpRequest, type ClientRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'
import type { ProducerMessage } from '@iris/common/kafka/producer'
import { DeadlineQueue } from '../publish/deadline-queue.js'
import { createPipelineWorld, type PipelineWorld } from '../publish/in-memory-pipeline.js'
import { createRoom } from '../publish/room.js'
import type { Spooling } from '../publish/spooling.js'
import { createBulk, type Bulk } from './bulk.js'

/** What an answer has, whichever it is. */
export interface BulkAnswer {
  readonly status: number
  readonly records?: number
  readonly stored?: number
  readonly unread?: { readonly code: string; readonly message: string }
  readonly results?: readonly { index: number; status: number; messageId?: string; message?: string }[]
  readonly code?: string
  readonly message?: string
}

/** A request whose body a test sends piece by piece. */
export interface OpenRequest {
  readonly request: ClientRequest
  readonly answering: Promise<BulkAnswer>
}

export interface BulkWorld {
  readonly pipeline: PipelineWorld
  readonly bulk: Bulk
  readonly idle: DeadlineQueue
  /** Bodies that Kafka was let store, in the order of their appends. */
  readonly stored: string[]
  /** `path`: a topic, or nothing for several, and a query. */
  publish(body: string, headers: Readonly<Record<string, string>>, path?: string): Promise<BulkAnswer>
  open(headers: Readonly<Record<string, string>>): OpenRequest
  /** Stores a message. */
  store(this: void, message: ProducerMessage): void
  /** Stores all that comes, until there is an answer. */
  storing(answering: Promise<BulkAnswer>): Promise<BulkAnswer>
  untilAppended(count: number): Promise<void>
  stop(): void
}

const mebibyte = 1024 * 1024
export const bulkLimits = { recordsMax: 1_000, requestBytesMax: 100_000, readMs: 60_000 }

/** The message of a record that was appended. */
export function bodyOf(message: ProducerMessage): string {
  return message.value[1]?.toString() ?? ''
}

/** Makes a world with the topic `acme.orders`, and room for three requests; without a spool unless given. */
export async function createBulkWorld(spooling: Spooling | null = null): Promise<BulkWorld> {
  const pipeline = await createPipelineWorld(spooling)
  const room = createRoom(2 * mebibyte)
  const idle = new DeadlineQueue(5_000)
  const bulk = createBulk({
    ...{ clock: pipeline.time, scheduler: pipeline.time, pipeline: pipeline.pipeline, room, idle },
    limits: bulkLimits,
    topics: { find: name => pipeline.topics.get(name), isLoaded: () => pipeline.areTopicsLoaded },
    unknownTopics: { lookUp: (_name, waiter) => void pipeline.lookUps.push(waiter) },
    isClosing: () => pipeline.isClosing,
    bodyBytesMax: 1_000,
  })
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname.slice(1)
    bulk.publish(request, response, path === '' ? null : path)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const stored: string[] = []
  const store = (message: ProducerMessage): void => {
    stored.push(bodyOf(message))
    message.done({ kind: 'stored', partition: 0, offset: 1 })
  }
  return {
    ...{ pipeline, bulk, idle, stored, store },
    async publish(body, headers, path = 'acme.orders') {
      const answer = await fetch(url + path, { method: 'POST', body, headers })
      return { status: answer.status, ...((await answer.json()) as object) }
    },
    open: headers => open(`${url}acme.orders`, headers),
    async storing(answering) {
      let answer: BulkAnswer | undefined
      void answering.then(found => (answer = found))
      const step = async (): Promise<BulkAnswer | undefined> => {
        pipeline.producer.appended.splice(0).forEach(store)
        await pipeline.time.advance(1)
        return answer
      }
      await expect.poll(step).toBeDefined()
      return answering
    },
    untilAppended: count => expect.poll(() => pipeline.producer.appended.length).toBe(count),
    stop() {
      server.closeAllConnections()
      server.close()
      pipeline.stop()
      expect(bulk.openCount(), 'open requests after a test').toBe(0)
      expect(pipeline.metrics.inflight, 'open messages after a test').toBe(0)
      expect(pipeline.room.bytesHeld() + room.bytesHeld(), 'reserved bytes after a test').toBe(0)
      const waiting = idle.size + pipeline.reading.size + pipeline.kafkaDeadlines.size
      expect(waiting, 'deadlines after a test').toBe(0)
    },
  }
}

function open(url: string, headers: Readonly<Record<string, string>>): OpenRequest {
  const request = httpRequest(url, { method: 'POST', headers })
  const answering = new Promise<BulkAnswer>((resolve, reject) => {
    request.on('error', reject)
    request.on('response', response => {
      let text = ''
      response.on('data', (piece: Buffer) => (text += piece.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, ...(JSON.parse(text) as object) }))
    })
  })
  return { request, answering }
}
