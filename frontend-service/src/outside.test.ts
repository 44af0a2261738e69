import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { startOutside, type Outside } from './outside.js'

/** ZooKeeper answers at once; Kafka answers at the given try. */
function makeWorld(answersAtTry: number) {
  const time = createVirtualTime()
  const words: string[] = []
  let tries = 0
  const say = (word: string) => (): Promise<void> => Promise.resolve(void words.push(word))
  const outside = {
    stopping: new AbortController(),
    session: { start: say('session') },
    seal: { start: () => Promise.resolve(), stop: () => undefined },
    definitions: { start: say('topics') },
    book: { start: say('schemas') },
    cluster: {
      start: () => (++tries < answersAtTry ? Promise.reject(new Error('nobody')) : Promise.resolve()),
    },
    kafka: { start: say('producers') },
    traces: null,
    access: null,
  } as unknown as Outside
  const start = (mayLackKafka: boolean): Promise<void> =>
    startOutside({ log: silentLog, clock: time, scheduler: time }, outside, {
      ...{ mayLackKafka, onKafka: () => void words.push('Kafka') },
    })
  return { time, words, outside, start, tries: () => tries }
}

describe('starting without Kafka', () => {
  it('fails a frontend that is of no use without it', async () => {
    await expect(makeWorld(2).start(false)).rejects.toThrow('nobody')
  })

  it('is no matter for a frontend with a spool, which goes on until Kafka answers', async () => {
    const { time, words, start } = makeWorld(4)
    await start(true)
    expect(words).toEqual(['session', 'topics', 'schemas'])

    await time.advance(10_000)
    expect(words.slice(3)).toEqual(['producers', 'Kafka'])
  })

  it('ends with the frontend', async () => {
    const { time, outside, start, tries } = makeWorld(Infinity)
    await start(true)
    outside.stopping.abort()
    await time.advance(1_000)
    const before = tries()
    await time.advance(10_000)

    expect(tries()).toBe(before)
  })
})
