/**
 * One question over a fresh TCP connection.
 * Takes a port, the bytes to send, a test for a complete answer and a deadline. Gives the answer, or null.
 * Promises: settles within the deadline and leaves no socket open. Bound: 1 MiB of answer.
 */
import { connect } from 'node:net'
import { systemScheduler } from '@iris/common/time/scheduler'
import { loopback } from './ports.js'

const answerBytesMax = 1_048_576

/** What is asked, and where. */
export interface Question {
  readonly host?: string
  readonly port: number
  readonly bytes: Buffer
  readonly withinMs: number
  isComplete(answer: Buffer): boolean
}

/** The answer once it is complete; null when nobody listens, it is cut short or the time is up. */
export function ask(question: Question): Promise<Buffer | null> {
  return new Promise(resolve => {
    const socket = connect({ port: question.port, host: question.host ?? loopback })
    let answer: Buffer = Buffer.alloc(0)
    const finish = (result: Buffer | null): void => {
      cancel()
      socket.destroy()
      resolve(result)
    }
    const cancel = systemScheduler.after(question.withinMs, () => finish(null))
    socket.on('error', () => finish(null))
    socket.on('close', () => finish(null))
    socket.on('connect', () => socket.write(question.bytes))
    socket.on('data', chunk => {
      answer = Buffer.concat([answer, chunk])
      if (question.isComplete(answer)) finish(answer)
      else if (answer.length > answerBytesMax) finish(null)
    })
  })
}
