/**
 * The messages of a topic as they come, from management's stream.
 * Takes a topic and a key (empty for all). Gives what came since, looked at again a few times a second,
 * and why it ended. What comes while it is paused is not kept. A stream that broke is asked for anew each
 * `againMs`; one that management refuses, or that has no topic any more, only for another `round`.
 */
import { useEffect, useState } from 'react'
import { pathOf, type Call } from '../../api/call.js'
import type { StreamEvent } from '../../api/event-parser.js'
import { ApiProblem } from '../../api/problem.js'
import { readEvents } from '../../api/stream.js'
import { after, every, nowMs } from '../../time/clock.js'
import { nothingYet, withMessages, withSkipped, type Live } from './live-list.js'
import type { Message } from './message-shape.js'

const showMs = 250
const againMs = 3000

export interface Tail {
  readonly live: Live
  /** Why nothing comes any more; null while it goes on. */
  readonly problem: unknown
  /** Whether it is over with the problem: nothing is tried by itself. */
  readonly isOver: boolean
}

/** Reads while it is not paused; another `round` begins anew. */
export function useTail(topic: string, key: string, round: number, isPaused: boolean): Tail {
  const [live, setLive] = useState(nothingYet)
  const [problem, setProblem] = useState<unknown>(null)
  useEffect(() => {
    if (isPaused) return
    const ended = new AbortController()
    let came: Message[] = []
    let skipped = 0
    const take = (event: StreamEvent): void => {
      if (event.name === 'message') came.push(JSON.parse(event.data) as Message)
      else if (event.name === 'skipped') skipped += countIn(event)
      else if (event.name !== 'gap') throw endBy(event)
    }
    const stopShowing = every(showMs, () => {
      if (came.length > 0 || skipped > 0) {
        const [messages, left] = [came, skipped]
        setLive(old => withSkipped(withMessages(old, messages, nowMs()), left))
      }
      came = []
      skipped = 0
    })
    setProblem(null)
    let stopWaiting = (): void => undefined
    const reader = { onOpen: () => setProblem(null), onEvent: take }
    const read = (): void =>
      void readEvents(callOf(topic, key), reader, ended.signal)
        .catch((error: unknown) => error)
        .then(error => {
          if (ended.signal.aborted) return
          setProblem(error ?? new Error('The stream ended'))
          if (!isOver(error)) stopWaiting = after(againMs, read)
        })
    read()
    return () => {
      stopShowing()
      stopWaiting()
      ended.abort()
    }
  }, [topic, key, round, isPaused])
  return { live, problem, isOver: isOver(problem) }
}

/** The end that the stream itself told. */
class ToldEnd extends Error {
  constructor(
    message: string,
    readonly isForGood: boolean,
  ) {
    super(message)
  }
}

/** A refusal of who asks or what for is the same the next time; too many calls, or other failures, pass. */
function isOver(problem: unknown): boolean {
  if (problem instanceof ToldEnd) return problem.isForGood
  if (!(problem instanceof ApiProblem)) return false
  return problem.status >= 400 && problem.status < 500 && problem.status !== 429
}

/** The call of the stream. */
export function callOf(topic: string, key: string): Call {
  return { method: 'GET', path: pathOf('topics', topic, 'tail'), query: key === '' ? {} : { key } }
}

function countIn({ data }: StreamEvent): number {
  const { count } = JSON.parse(data) as { readonly count: number }
  return count
}

function endBy({ name, data }: StreamEvent): ToldEnd {
  if (name === 'lagging')
    return new ToldEnd('This browser took too little of the stream and was cut off', false)
  if (data.includes('forbidden')) return new ToldEnd('You may not read this topic any longer', true)
  if (data.includes('removed')) return new ToldEnd('The topic was removed', true)
  if (data.includes('replaced')) return new ToldEnd('The topic was removed and made anew', true)
  return new ToldEnd('Management stops', false)
}
