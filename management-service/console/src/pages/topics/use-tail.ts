/**
 * The messages of a topic as they come, from management's stream.
 * Takes a topic and a key (empty for all). Gives what came since, looked at again a few times a second,
 * and why it ended. What comes while it is paused is not kept.
 */
import { useEffect, useState } from 'react'
import { pathOf, type Call } from '../../api/call.js'
import type { StreamEvent } from '../../api/event-parser.js'
import { readEvents } from '../../api/stream.js'
import { every, nowMs } from '../../time/clock.js'
import { nothingYet, withMessages, withSkipped, type Live } from './live-list.js'
import type { Message } from './message-shape.js'

const showMs = 250

export interface Tail {
  readonly live: Live
  /** Why nothing comes any more; null while it goes on. */
  readonly problem: unknown
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
      else if (event.name !== 'gap') throw new Error(wordsOfEnd(event))
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
    readEvents(callOf(topic, key), take, ended.signal)
      .then(() => setProblem(new Error('The stream ended')))
      .catch((error: unknown) => {
        if (!ended.signal.aborted) setProblem(error)
      })
    return () => {
      stopShowing()
      ended.abort()
    }
  }, [topic, key, round, isPaused])
  return { live, problem }
}

/** The call of the stream. */
export function callOf(topic: string, key: string): Call {
  return { method: 'GET', path: pathOf('topics', topic, 'tail'), query: key === '' ? {} : { key } }
}

function countIn({ data }: StreamEvent): number {
  const { count } = JSON.parse(data) as { readonly count: number }
  return count
}

function wordsOfEnd({ name, data }: StreamEvent): string {
  if (name === 'lagging') return 'This browser took too little of the stream and was cut off'
  if (data.includes('forbidden')) return 'You may not read this topic any longer'
  if (data.includes('removed')) return 'The topic was removed'
  if (data.includes('replaced')) return 'The topic was removed and made anew'
  return 'Management stops'
}
