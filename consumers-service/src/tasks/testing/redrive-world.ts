/**
 * Executors of one redrive over a dead-letter topic in memory, for tests.
 * Takes letters and a receiver. Gives runs that can be killed at any moment: what a killed one still wanted
 * to write is lost, what it sent has arrived. Promises: virtual time, the service's own pipeline.
 */
import { createMemoryLog, type MemoryLog } from '@iris/common/dead-letters/testing/memory-log'
import { rangesOf } from '@iris/common/dead-letters/marker'
import type { FollowRequest, Follower, LogEntry } from '@iris/common/kafka/reader'
import { silentLog } from '@iris/common/lifecycle/log'
import { newTask, type Task } from '@iris/common/tasks/task'
import { createMemoryTasks } from '@iris/common/tasks/testing/memory-tasks'
import type { VirtualTime } from '@iris/common/time/virtual-time'
import type { Lock } from '@iris/common/zookeeper/lock'
import type { Letter } from '../../delivery/letter.js'
import { noParking } from '../../delivery/parking.js'
import { createPipeline } from '../../delivery/pipeline.js'
import { createScriptedOutside } from '../../delivery/testing/outside.js'
import { answerOf, basePlan } from '../../delivery/testing/pipeline-world.js'
import { createTaskOpener } from '../task-opener.js'
import { runTask } from '../task-run.js'

export interface Receiver {
  /** The status of the answer to a body, and how long it takes. */
  answer(body: string): { readonly status: number; readonly afterMs: number }
}

export interface RedriveWorld {
  readonly time: VirtualTime
  readonly memory: MemoryLog
  /** Bodies that the receiver took, each time. */
  readonly delivered: string[]
  /** Makes the task over all letters there are. */
  start(): Promise<void>
  task(): Promise<Task>
  /** A process that works on it until it ends, is interrupted or killed. */
  execute(): Execution
}

export interface Execution {
  interrupt(): void
  kill(): void
  isOver(): boolean
}

const place = { topic: 'g.t' as Task['topic'], subscription: 's' as Task['subscription'], id: 'redrive-1' }
const plan = { ...basePlan, policy: { ...basePlan.policy, messageTtlMs: 1_000 } }

/** Makes the world, without letters. */
export function createRedriveWorld(receiver: Receiver): RedriveWorld {
  const memory = createMemoryLog()
  const tasks = createMemoryTasks()
  const delivered: string[] = []
  const outside = createScriptedOutside(plan)
  const { time } = outside
  let locks = 0

  return {
    ...{ time, memory, delivered },
    async start() {
      const ranges = [{ partition: 0, from: memory.first, to: memory.next }]
      const spec = { ranges, rate: null, endpoint: null, selection: { all: true } }
      await tasks.create(newTask({ kind: 'redrive', ...place, spec, createdAt: 0, createdBy: 'test' }))
    },
    task: async () => (await tasks.read(place))!,
    execute() {
      const life = { isDead: false, isOver: false }
      const stop = new AbortController()
      const never = new Promise<never>(() => undefined)
      /** What a dead process asks for does not happen, and what it hears changes nothing. */
      const alive = <T>(work: () => Promise<T>): Promise<T> =>
        life.isDead ? never : work().then(result => (life.isDead ? never : result))
      const lock: Lock = {
        ...{ path: 'lock', number: ++locks },
        isHeld: () => !life.isDead,
        release: () => Promise.resolve(),
        onLost: () => () => undefined,
      }
      const sender = {
        send(letter: Letter) {
          const body = letter.body.toString()
          const { status, afterMs } = receiver.answer(body)
          if (life.isDead) return
          time.after(afterMs, () => {
            if (status < 300) delivered.push(body)
            if (!life.isDead) letter.done(answerOf(status))
          })
        },
        update: () => undefined,
        stop: () => undefined,
      }
      const open = createTaskOpener({
        ...{ clock: time, scheduler: time, journal: () => outside.parts.journal },
        reader: { follow: request => follow(memory, request, time) },
        letterLog: () => alive(() => Promise.resolve(memory.log)),
        deadLetters: { bury: () => undefined },
        pipeline: (_plan, own) =>
          createPipeline(
            {
              ...{ ...outside.parts, ...own, sender },
              waitingBudget: { messagesMax: 1e6, bytesMax: 1e9, messages: 0, bytes: 0 },
              delays: { postpone: () => undefined },
              parking: noParking,
            },
            plan,
          ),
      })
      const parts = {
        ...{ clock: time, scheduler: time, log: silentLog, instance: 'process' },
        tasks: {
          ...tasks,
          change: (...args: Parameters<typeof tasks.change>) => alive(() => tasks.change(...args)),
        },
        watch: () => () => undefined,
        plan: () => plan,
        open: (opening: Parameters<typeof open>[0]) => alive(() => open(opening)),
        close: (_plan: unknown, offsets: readonly number[]) =>
          alive(() => Promise.resolve(memory.close(rangesOf(offsets)))),
        trim: (_plan: unknown, before: number) => alive(() => Promise.resolve(memory.removeBelow(before))),
      }
      const running = runTask(parts, { drainMs: 5_000 }, { place, lock, signal: stop.signal })
      void running.then(() => (life.isOver = true))
      return {
        interrupt: () => stop.abort(new Error('interrupted')),
        kill: () => void (life.isDead = true),
        isOver: () => life.isOver,
      }
    },
  }
}

/** Gives what the log holds from an offset on. */
function follow(memory: MemoryLog, request: FollowRequest, time: VirtualTime): Follower {
  let position = request.offset
  let isClosed = false
  return {
    next() {
      const found: LogEntry[] = []
      void memory.log.scan(position, memory.next, entry => void found.push(entry))
      const [entry] = isClosed ? [] : found
      position = entry === undefined ? memory.next : entry.offset + 1
      if (entry === undefined && !isClosed) time.after(0, () => undefined)
      return entry ?? null
    },
    get position() {
      return position
    },
    endOffset: -1,
    seek: offset => void (position = offset),
    close: () => void (isClosed = true),
  }
}
