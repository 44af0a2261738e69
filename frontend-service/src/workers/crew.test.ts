import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createCrew, type WorkerProcess } from './crew.js'
import type { PrimaryWord, WorkerWord } from './words.js'

interface Fake extends WorkerProcess {
  readonly number: number
  readonly heard: PrimaryWord[]
  isKilled: boolean
  speak(word: WorkerWord): void
  exit(how?: string): void
}

const world = (count = 2) => {
  const time = createVirtualTime()
  const forked: Fake[] = []
  const asked: string[] = []
  const fork = (number: number): Fake => {
    let [onWord, onExit] = [(_: WorkerWord): void => undefined, (_: string): void => undefined]
    const fake: Fake = {
      ...{ number, pid: 100 + forked.length, heard: [], isKilled: false },
      say: word => void fake.heard.push(word),
      kill: () => void (fake.isKilled = true),
      onWord: listener => void (onWord = listener),
      onExit: listener => void (onExit = listener),
      speak: word => onWord(word),
      exit: (how = 'code 1') => onExit(how),
    }
    forked.push(fake)
    return fake
  }
  const onAsk = (_: WorkerProcess, id: number, path: string): void => void asked.push(`${id} ${path}`)
  const crew = createCrew({ log: silentLog, clock: time, scheduler: time, fork, onAsk }, count)
  return { time, forked, asked, crew }
}
const ready = (fake: Fake | undefined): void => fake?.speak({ kind: 'state', isReady: true })
const running = async (count = 2) => {
  const made = world(count)
  const starting = made.crew.start()
  made.forked.forEach(ready)
  await starting
  return made
}

describe('a crew', () => {
  it('has started when the last worker is ready, and not before', async () => {
    const { crew, forked, time } = world()
    let isStarted = false
    const starting = crew.start().then(() => (isStarted = true))

    ready(forked[0])
    await time.advance(1_000)
    expect([isStarted, crew.areAllReady(), crew.readyCount()]).toEqual([false, false, 1])
    ready(forked[1])
    await starting

    expect(crew.areAllReady()).toBe(true)
    expect(forked.map(({ number }) => number)).toEqual([1, 2])
  })

  it('fails its start when a worker ends before', async () => {
    const { crew, forked } = world()
    const starting = crew.start()

    forked[1]?.exit()

    await expect(starting).rejects.toThrow('Worker 2 ended (code 1) while it started')
  })

  it('starts a dead worker again in its place, later each time, and counts it', async () => {
    const { crew, forked, time } = await running()

    const waits: number[] = []
    for (let death = 0; death < 9; death++) {
      const before = time.monotonic()
      forked.at(-1)?.exit('signal SIGKILL')
      const known = forked.length
      while (forked.length === known) await time.advance(100)
      waits.push(time.monotonic() - before)
    }

    expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000])
    expect(forked.slice(1).every(({ number }) => number === 2)).toBe(true)
    expect([crew.restartCount(), crew.areAllReady()]).toEqual([9, false])
    ready(forked.at(-1))
    expect(crew.areAllReady()).toBe(true)
    await time.advance(60_000)
    forked.at(-1)?.exit()
    await time.advance(200)
    expect(forked).toHaveLength(12)
  })

  it('stops all at once, starts none again, and kills who does not end in time', async () => {
    const { crew, forked, time } = await running()
    let isStopped = false

    const stopping = crew.stop(5_000).then(() => (isStopped = true))
    forked[0]?.exit('code 0')
    await time.advance(4_999)
    expect([isStopped, forked[1]?.isKilled]).toEqual([false, false])
    await time.advance(1)
    expect([forked[0]?.isKilled, forked[1]?.isKilled]).toEqual([false, true])
    forked[1]?.exit('signal SIGKILL')
    await stopping

    expect(forked.every(({ heard }) => heard.some(({ kind }) => kind === 'stop'))).toBe(true)
    expect(forked).toHaveLength(2)
  })

  it('lets connections end only when no worker accepts any more, but for a worker that stops alone', async () => {
    const { crew, forked } = await running()
    const isTold = (fake: Fake | undefined): boolean =>
      fake?.heard.some(({ kind }) => kind === 'allClosed') ?? false

    forked[0]?.speak({ kind: 'portClosed' })
    expect([isTold(forked[0]), isTold(forked[1])]).toEqual([true, false])
    const other = await running()
    void other.crew.stop(5_000)
    other.forked[0]?.speak({ kind: 'portClosed' })
    expect(other.forked.map(isTold)).toEqual([false, false])
    other.forked[1]?.speak({ kind: 'portClosed' })

    expect(other.forked.map(isTold)).toEqual([true, true])
    expect(crew.areAllReady()).toBe(true)
  })

  it('gathers the metrics of those that answer in time, and passes questions on', async () => {
    const { crew, forked, time, asked } = await running()
    const snapshot = { own: [], ofProcess: [] }

    const gathering = crew.snapshots()
    const word = forked[0]?.heard.find(({ kind }) => kind === 'measure') as { id: number }
    forked[0]?.speak({ kind: 'metrics', id: word.id, snapshot })
    await time.advance(2_000)
    forked[1]?.speak({ kind: 'ask', id: 7, path: '/status/ready' })

    expect(await gathering).toEqual([snapshot])
    expect(asked).toEqual(['7 /status/ready'])
  })
})
