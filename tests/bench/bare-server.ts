/**
 * The measure of publishing: a bare `http.Server` that reads the body and answers 201, a program of its own.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { obey } from '../chaos/party.js'

obey({ open })

async function open(): Promise<string> {
  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      Buffer.concat(chunks)
      answer.writeHead(201, { 'Content-Length': 0 })
      answer.end()
    })
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', 4096, resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
