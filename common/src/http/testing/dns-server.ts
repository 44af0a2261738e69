/**
 * A DNS server for tests, on a port of loopback, by UDP and TCP.
 * Takes a function that answers questions. Gives its address and the questions that came.
 * Promises: an answer too long for UDP is cut there and given over TCP, as real servers do.
 */
import { createSocket } from 'node:dgram'
import { createServer, isIPv6, type AddressInfo, type Socket } from 'node:net'

/** A record of an answer. */
export type DnsRecord =
  | { readonly address: string }
  | { readonly host: string; readonly port: number; readonly priority: number }

/** Records, after a while if so asked; none means no such name, null means no answer at all. */
export interface DnsAnswer {
  readonly records: readonly DnsRecord[]
  readonly delayMs?: number
  readonly ttlSeconds?: number
}

export interface DnsQuestion {
  readonly name: string
  readonly type: 'A' | 'AAAA' | 'SRV' | 'other'
}

export interface DnsServer {
  /** `address:port`. */
  readonly address: string
  asked(): readonly DnsQuestion[]
  close(): void
}

const types = new Map([
  [1, 'A'],
  [28, 'AAAA'],
  [33, 'SRV'],
] as const)
const udpBytesMax = 512
const headerLength = 12

/** Starts the server. A record of another type than asked for is left out of the answer. */
export async function startDnsServer(
  answer: (question: DnsQuestion) => DnsAnswer | null,
): Promise<DnsServer> {
  const asked: DnsQuestion[] = []
  const sockets = new Set<Socket>()
  const serve = (message: Buffer, reply: (bytes: Buffer) => void): void => {
    const { question, end } = readQuestion(message)
    asked.push(question)
    const given = answer(question)
    if (given === null) return
    const send = (): void => reply(writeAnswer(message.subarray(0, end), question, given))
    if (given.delayMs === undefined) send()
    else setTimeout(send, given.delayMs).unref()
  }
  const tcp = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    let bytes = Buffer.alloc(0)
    socket.on('data', chunk => {
      bytes = Buffer.concat([bytes, chunk])
      if (bytes.length < 2 || bytes.length < 2 + bytes.readUInt16BE(0)) return
      serve(bytes.subarray(2, 2 + bytes.readUInt16BE(0)), reply => {
        const length = Buffer.alloc(2)
        length.writeUInt16BE(reply.length)
        socket.write(Buffer.concat([length, reply]))
      })
      bytes = Buffer.alloc(0)
    })
  })
  await new Promise<void>(resolve => tcp.listen(0, '127.0.0.1', resolve))
  const { port } = tcp.address() as AddressInfo
  const udp = createSocket('udp4', (message, from) => {
    serve(message, reply =>
      udp.send(reply.length > udpBytesMax ? cut(reply) : reply, from.port, from.address),
    )
  })
  await new Promise<void>(resolve => udp.bind(port, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${port}`,
    asked: () => asked,
    close() {
      udp.close()
      tcp.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function readQuestion(message: Buffer): { question: DnsQuestion; end: number } {
  const labels: string[] = []
  let at = headerLength
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const type = types.get(message.readUInt16BE(at + 1) as 1) ?? 'other'
  return { question: { name: labels.join('.'), type }, end: at + 5 }
}

function writeAnswer(question: Buffer, { type }: DnsQuestion, answer: DnsAnswer): Buffer {
  const fitting = answer.records.filter(record => typeOf(record) === type)
  const header = Buffer.alloc(headerLength)
  question.copy(header, 0, 0, 2)
  header.writeUInt16BE(answer.records.length === 0 ? 0x8183 : 0x8180, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(fitting.length, 6)
  const records = fitting.map(record => writeRecord(record, answer.ttlSeconds ?? 0))
  return Buffer.concat([header, question.subarray(headerLength), ...records])
}

function writeRecord(record: DnsRecord, ttlSeconds: number): Buffer {
  const data = dataOf(record)
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc000 | headerLength, 0)
  head.writeUInt16BE([...types].find(([, name]) => name === typeOf(record))?.[0] ?? 0, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(ttlSeconds, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

function typeOf(record: DnsRecord): DnsQuestion['type'] {
  if ('host' in record) return 'SRV'
  return isIPv6(record.address) ? 'AAAA' : 'A'
}

function dataOf(record: DnsRecord): Buffer {
  if ('host' in record) {
    const numbers = Buffer.alloc(6)
    numbers.writeUInt16BE(record.priority, 0)
    numbers.writeUInt16BE(record.port, 4)
    const labels = record.host.split('.').map(label => Buffer.from(String.fromCharCode(label.length) + label))
    return Buffer.concat([numbers, ...labels, Buffer.alloc(1)])
  }
  if (!isIPv6(record.address)) return Buffer.from(record.address.split('.').map(Number))
  const [head = '', tail = ''] = record.address.split('::')
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map(each => parseInt(each, 16))
  const [first, last] = [groups(head), groups(tail)]
  const all = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last]
  return Buffer.from(all.flatMap(group => [group >> 8, group & 0xff]))
}

/** The same answer without its records, marked as cut. */
function cut(reply: Buffer): Buffer {
  let at = headerLength
  while ((reply[at] ?? 0) > 0) at += 1 + (reply[at] ?? 0)
  const short = Buffer.from(reply.subarray(0, at + 5))
  short.writeUInt16BE(0x8380, 2)
  short.writeUInt16BE(0, 6)
  return short
}
