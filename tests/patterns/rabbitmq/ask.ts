/**
 * What a real RabbitMQ makes of a topology.
 * Takes its address, exchanges, bindings and messages. Gives the queues of each message, in the order of
 * their names. Promises: every message is confirmed before a queue is read; each queue has it at most once.
 */
import { connect, type ConfirmChannel } from 'amqplib'
import type { Message, Topology } from './topology.js'

/** The answer to each message, by its place in the table. */
export interface RabbitAnswers {
  readonly version: string
  readonly queues: readonly (readonly string[])[]
}

/** Asks. */
export async function askRabbit(
  url: string,
  topology: Topology,
  messages: readonly Message[],
): Promise<RabbitAnswers> {
  const connection = await connect(url)
  try {
    const channel = await connection.createConfirmChannel()
    const names = await declare(channel, topology)
    for (const [index, { exchange, key, headers }] of messages.entries())
      channel.publish(exchange, key, Buffer.from('{}'), { messageId: String(index), headers })
    await channel.waitForConfirms()
    const queues = messages.map((): string[] => [])
    for (const name of names) for (const index of await drained(channel, name)) queues[index]?.push(name)
    const { version } = connection.connection.serverProperties
    return { version, queues }
  } finally {
    await connection.close()
  }
}

/** Gives the names of the queues, in order. */
async function declare(
  channel: ConfirmChannel,
  { exchanges, bindings }: Topology,
): Promise<readonly string[]> {
  for (const [name, type] of Object.entries(exchanges))
    await channel.assertExchange(name, type, { durable: false })
  const queues = new Set(bindings.flatMap(({ to }) => ('queue' in to ? [to.queue] : [])))
  for (const name of queues) await channel.assertQueue(name, { durable: false })
  for (const { from, to, key, arguments: table = {} } of bindings) {
    if ('queue' in to) await channel.bindQueue(to.queue, from, key, table)
    else await channel.bindExchange(to.exchange, from, key, table)
  }
  return [...queues].sort()
}

/** The places of the messages that a queue holds. */
async function drained(channel: ConfirmChannel, queue: string): Promise<readonly number[]> {
  const { messageCount } = await channel.checkQueue(queue)
  const places: number[] = []
  if (messageCount === 0) return places
  await new Promise<void>((resolve, reject) => {
    const consumer = `reads ${queue}`
    channel
      .consume(
        queue,
        message => {
          if (message === null) return reject(new Error(`${queue} was removed`))
          places.push(Number(message.properties.messageId))
          if (places.length === messageCount) channel.cancel(consumer).then(() => resolve(), reject)
        },
        { noAck: true, consumerTag: consumer },
      )
      .catch(reject)
  })
  return places
}
