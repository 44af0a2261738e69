/**
 * Several instances that share one rate, with a ZooKeeper between them, in virtual time, for tests.
 * Takes demands, freezes, cuts, deaths, and partitions that move. Gives what each instance may send at any
 * moment. Promises: what an instance asks arrives in its order and late, or not at all; a session ends only
 * when the server has heard nothing for its length; whoever has an expired session has no locks.
 */
import { silentLog } from '@iris/common/lifecycle/log'
import type { Scheduler } from '@iris/common/time/scheduler'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import { createLending, RefusedError, type KnownPage, type Pages } from '../lending.js'
import { decodePage, encodePage } from '../says.js'
import type { RateShare } from '../share.js'
import { pageName } from '../zoo-pages.js'

export const subscription = 'g.t$s'
export const sessionMs = 6_000
const fenceMs = 4_000
const heartbeatMs = 1_000
const requestTimeoutMs = 2_000
const stepMs = 20

interface Node {
  readonly data: Buffer
  readonly version: number
}

export interface Member {
  readonly name: string
  /** Messages a second that it would send. */
  demand: number
  isFrozen: boolean
  isCut: boolean
  isDead: boolean
  readonly owned: Set<number>
  begun: number
  /** Messages a second that it may send at this moment. */
  perSecond(): number
}

export interface RateWorld {
  readonly time: VirtualTime
  readonly members: readonly Member[]
  /** Pages written so far. */
  writes(): number
  /** The most that all together might have sent at any moment, as a part of the rate. */
  worst(): number
  run(forMs: number): Promise<void>
  thaw(member: Member): void
  reconnect(member: Member): void
  /** Gives a partition from its owner to another, as a rebalance does. */
  move(partition: number, to: Member): void
}

interface Inside extends Member {
  session: number
  heardMs: number
  serverHeardMs: number
  held: (() => void)[]
  share: RateShare
  arriveMs: number
  replyMs: number
  connection: number
  watchers: (() => void)[]
  newSession: (() => void)[]
  wanted: Set<number>
}

function pageOf({ name, session }: Inside): string {
  return pageName(name, String(session))
}

/** Makes a world of so many instances; partition p belongs to instance p mod n at first. */
export function rateWorld(options: {
  readonly rate: number
  readonly instances: number
  readonly partitions: number
  readonly random: () => number
  /** The longest way of a request or an answer. */
  readonly delayMaxMs?: number
}): RateWorld {
  const { rate, partitions, random, delayMaxMs = 40 } = options
  const time = createVirtualTime()
  const nodes = new Map<string, Node>()
  const locks = new Map<number, Inside>()
  const inside: Inside[] = []
  let sessions = 0
  let writes = 0
  let worst = 0

  const check = (): void => {
    let sum = 0
    for (const member of inside) if (!member.isDead && !member.isFrozen) sum += member.perSecond()
    worst = Math.max(worst, sum / rate)
  }
  /** In the member's own loop: nothing happens there while it is frozen, and nothing ever when it is dead. */
  const within = (member: Inside, call: () => void): void => {
    if (member.isDead) return
    if (member.isFrozen) return void member.held.push(() => within(member, call))
    call()
    check()
  }
  const delay = (): number => random() * delayMaxMs

  /** A request: done at the server in its order, then answered in its order; or lost with its connection. */
  const ask = <T>(member: Inside, serve: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      const { connection } = member
      let isOver = false
      const end = (call: () => void): void =>
        within(member, () => {
          if (isOver) return
          isOver = true
          call()
        })
      time.after(requestTimeoutMs, () => end(() => reject(new Error('no answer in time'))))
      member.arriveMs = Math.max(member.arriveMs, time.monotonic() + delay())
      const sentMs = time.monotonic()
      time.after(member.arriveMs - time.monotonic(), () => {
        if (member.isCut || member.isDead || member.connection !== connection) return
        if (isExpired(member)) return within(member, () => renew(member))
        member.serverHeardMs = time.monotonic()
        let answer: () => void
        try {
          const value = serve()
          answer = () => resolve(value)
        } catch (error) {
          const failure = error instanceof Error ? error : new Error(String(error))
          answer = () => reject(failure)
        }
        member.replyMs = Math.max(member.replyMs, time.monotonic() + delay())
        time.after(member.replyMs - time.monotonic(), () => {
          if (member.isCut || member.connection !== connection) return
          end(() => {
            member.heardMs = Math.max(member.heardMs, sentMs)
            answer()
          })
        })
      })
    })

  const tell = (writer: Inside): void => {
    for (const other of inside) {
      if (other === writer || other.isCut || other.isDead) continue
      other.replyMs = Math.max(other.replyMs, time.monotonic() + delay())
      const { connection } = other
      time.after(other.replyMs - time.monotonic(), () => {
        if (other.isCut || other.connection !== connection) return
        within(other, () => other.watchers.forEach(each => each()))
      })
    }
  }
  const put = (writer: Inside, data: Buffer, version: number): void => {
    nodes.set(pageOf(writer), { data, version })
    tell(writer)
  }
  const alive = (member: Inside, session: number): void => {
    if (member.session !== session || isExpired(member)) throw new Error('session expired')
  }
  const isExpired = (member: Inside): boolean => time.monotonic() - member.serverHeardMs > sessionMs

  const pagesOf = (member: Inside): Pages => ({
    async read() {
      const { session } = member
      const names = await ask(member, () => (alive(member, session), [...nodes.keys()]))
      const found = await Promise.all(names.map(name => ask(member, () => nodes.get(name))))
      return new Map(
        names.flatMap((name, at): [string, KnownPage][] => {
          const node = found[at]
          return node === undefined
            ? []
            : [[name, { page: decodePage(node.data) ?? new Map(), version: node.version }]]
        }),
      )
    },
    create() {
      const { session } = member
      return ask(member, () => {
        alive(member, session)
        if (nodes.has(pageOf(member))) throw new RefusedError('exists')
        put(member, Buffer.alloc(0), 0)
      })
    },
    write(page, version, unchanged) {
      const { session } = member
      return ask(member, () => {
        alive(member, session)
        for (const [name, seen] of [...unchanged, [pageOf(member), version] as const])
          if (nodes.get(name)?.version !== seen) throw new RefusedError('changed')
        writes++
        put(member, encodePage(page), version + 1)
      })
    },
    watch(changed) {
      member.watchers.push(changed)
      return () => undefined
    },
  })

  const update = (member: Inside): void => member.share.update(rate, [...member.owned], partitions)
  const acquire = async (member: Inside, partition: number): Promise<void> => {
    const { session } = member
    await member.share.ready()
    if (member.session !== session || locks.get(partition) !== member) return
    member.owned.add(partition)
    update(member)
    check()
  }
  /** Locks go to who wants them as soon as they are free. */
  const assign = (): void => {
    for (let partition = 0; partition < partitions; partition++) {
      if (locks.has(partition)) continue
      const next = inside.find(each => each.wanted.has(partition) && !each.isDead && !isExpired(each))
      if (next === undefined) continue
      locks.set(partition, next)
      time.after(delay(), () => within(next, () => void acquire(next, partition)))
    }
  }
  const expire = (): void => {
    for (const member of inside) {
      if (!isExpired(member)) continue
      if (nodes.delete(pageOf(member))) tell(member)
      for (const [partition, owner] of locks) {
        if (owner !== member) continue
        locks.delete(partition)
        // Somebody else takes over what it would have.
        if (inside.every(each => each === member || !each.wanted.has(partition)))
          inside.find(each => each !== member && !each.isDead && !isExpired(each))?.wanted.add(partition)
      }
    }
  }
  const renew = (member: Inside): void => {
    member.connection++
    member.arriveMs = member.replyMs = time.monotonic()
    if (!isExpired(member)) {
      member.serverHeardMs = time.monotonic()
      return
    }
    expire()
    member.serverHeardMs = member.heardMs = time.monotonic()
    member.session = ++sessions
    for (const partition of member.owned) member.wanted.add(partition)
    member.owned.clear()
    update(member)
    member.newSession.forEach(each => each())
  }

  for (let index = 0; index < options.instances; index++) {
    const member = {
      ...{ name: `i${index}`, demand: 0, isFrozen: false, isCut: false, isDead: false },
      ...{ owned: new Set<number>(), wanted: new Set<number>(), begun: 0, session: ++sessions },
      ...{ heardMs: 0, serverHeardMs: 0, held: [], arriveMs: 0, replyMs: 0, connection: 0 },
      ...{ watchers: [], newSession: [] },
    } as unknown as Inside
    const isSurelyAlive = (): boolean => time.monotonic() - member.heardMs < fenceMs
    const scheduler: Scheduler = {
      after: (delayMs, call) => time.after(delayMs, () => within(member, call)),
      every: (periodMs, call) => time.every(periodMs, () => within(member, call)),
    }
    const lending = createLending({
      ...{ clock: time, scheduler, log: silentLog, pages: pagesOf(member), isSurelyAlive },
      me: () => pageOf(member),
      session: () => String(member.session),
      onNewSession(listener) {
        member.newSession.push(listener)
        return () => undefined
      },
    })
    member.share = lending.share(subscription, { begun: () => member.begun, changed: check })
    // As an ordered subscription: it stops when others may have taken over.
    member.perSecond = () => (isSurelyAlive() ? member.share.perSecond() : 0)
    for (let partition = index; partition < partitions; partition += options.instances)
      member.wanted.add(partition)
    member.share.update(rate, [], partitions)
    inside.push(member)
    lending.start()
    scheduler.every(heartbeatMs, () => void ask(member, () => undefined).catch(() => undefined))
  }
  time.every(stepMs, () => {
    expire()
    assign()
    check()
    for (const member of inside)
      if (!member.isDead && !member.isFrozen)
        member.begun += (Math.min(member.demand, member.perSecond()) * stepMs) / 1000
  })

  return {
    ...{ time, members: inside, writes: () => writes, worst: () => worst },
    run: forMs => time.advance(forMs),
    thaw(member) {
      const woken = member as Inside
      woken.isFrozen = false
      // It may send before it has heard of anything.
      check()
      if (isExpired(woken)) renew(woken)
      for (const call of woken.held.splice(0)) call()
    },
    reconnect(member) {
      const back = member as Inside
      back.isCut = false
      within(back, () => {
        renew(back)
        back.watchers.forEach(each => each())
      })
    },
    move(partition, to) {
      const next = to as Inside
      const from = locks.get(partition)
      if (from === undefined || from === next) return
      from.wanted.delete(partition)
      next.wanted.add(partition)
      within(from, () => {
        if (!from.owned.delete(partition)) return
        update(from)
        void from.share.silent().then(() =>
          within(
            from,
            () =>
              void ask(from, () => {
                if (locks.get(partition) === from) locks.delete(partition)
              }).catch(() => undefined),
          ),
        )
      })
    },
  }
}
