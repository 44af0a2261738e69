import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import { createLending, RefusedError, type KnownPage, type Pages } from './lending.js'
import { pageText, silence, type Page, type Says } from './says.js'
import type { RateShare } from './share.js'

const id = 'g.t$s'
const rate = 100

interface Desk {
  readonly time: VirtualTime
  /** Pages of all, ours under `me`. */
  readonly pages: Map<string, KnownPage>
  /** What was written, and the pages that had to be unchanged. */
  readonly writes: { page: Page; unchanged: ReadonlyMap<string, number> }[]
  /** Fails what is asked from now on. */
  failing: { read: boolean; write: Error | null; tried: (page: Page) => void }
  /** Called between two reads of all pages. */
  betweenLooks: () => void
  /** Another says this from now on; null: it is gone. */
  say(name: string, says: Partial<Says> | null): void
  share(subscription?: string): { share: RateShare; busy: boolean }
  alive: { isSure: boolean; session: string }
}

/** The lending of `me`, whose ZooKeeper is a map and answers at once. */
function desk(): Desk {
  const time = createVirtualTime()
  const pages = new Map<string, KnownPage>()
  const writes: Desk['writes'] = []
  const failing: Desk['failing'] = { read: false, write: null, tried: () => undefined }
  const alive = { isSure: true, session: 's1' }
  let changed = (): void => undefined
  const access: Pages = {
    read() {
      if (failing.read) return Promise.reject(new Error('away'))
      const seen = new Map(pages)
      made.betweenLooks()
      return Promise.resolve(seen)
    },
    create: () => Promise.resolve(void pages.set('me', { page: new Map(), version: 0 })),
    write(page, version, unchanged) {
      failing.tried(page)
      if (failing.write !== null) return Promise.reject(failing.write)
      writes.push({ page, unchanged })
      pages.set('me', { page, version: version + 1 })
      return Promise.resolve()
    },
    watch(listener) {
      changed = listener
      return () => undefined
    },
  }
  const lending = createLending({
    ...{ clock: time, scheduler: time, log: silentLog, pages: access, me: () => 'me' },
    isSurelyAlive: () => alive.isSure,
    session: () => alive.session,
    onNewSession: () => () => undefined,
  })
  lending.start()
  const made: Desk = {
    ...{ time, pages, writes, failing, alive, betweenLooks: () => undefined },
    say(name, says) {
      const version = (pages.get(name)?.version ?? 0) + 1
      if (says === null) pages.delete(name)
      else pages.set(name, { page: new Map([[id, { ...silence, ...says }]]), version })
      changed()
    },
    share(subscription = id) {
      const user = { busy: false, share: null as unknown as RateShare }
      const begun = (): number => (user.busy ? (time.monotonic() * user.share.perSecond()) / 1000 : 0)
      user.share = lending.share(subscription, { begun, changed: () => undefined })
      user.share.update(rate, [0], 2)
      return user
    },
  }
  return made
}

const mine = { part: 0.9, partitions: [0] }
const theirs = { part: 0.8, partitions: [1] }

describe('an instance that shares a rate', () => {
  it('asks when it could send more, and uses what it is granted once it has said so', async () => {
    const { time, say, share, writes, failing } = desk()
    const user = share()
    await user.share.ready()
    expect(user.share.perSecond()).toBe(50)
    user.busy = true
    await time.advance(2_000)
    expect(writes.at(-1)!.page.get(id)).toEqual({ ...silence, wants: true })

    failing.write = new RefusedError('changed')
    say('peer', { grants: new Map([['me', theirs]]) })
    await time.advance(1_000)
    expect(user.share.perSecond()).toBe(50)
    failing.write = null
    await time.advance(1_000)
    expect(user.share.perSecond()).toBeCloseTo(90)
    expect(writes.at(-1)!.page.get(id)?.holds).toEqual(new Map([['peer', theirs]]))
  })

  it('takes only over the very page that grants it', async () => {
    const { time, say, share, writes } = desk()
    const user = share()
    await user.share.ready()
    user.busy = true
    await time.advance(2_000)
    for (let count = 0; count < 3; count++) say('peer', { grants: new Map([['me', theirs]]) })
    await time.advance(1_000)

    expect(writes.at(-1)!.unchanged).toEqual(new Map([['peer', 3]]))
    // What it gives back needs nobody's word.
    say('peer', { grants: new Map([['me', { ...theirs, part: 0.5 }]]) })
    await time.advance(1_000)
    expect(writes.at(-1)!.unchanged.size).toBe(0)
    expect(user.share.perSecond()).toBeCloseTo(75)
  })

  it('does without what it granted until it was asked for back and nobody holds it', async () => {
    const { time, say, share, writes } = desk()
    const user = share()
    await user.share.ready()
    await time.advance(20_000)
    say('peer', { wants: true })
    await time.advance(500)
    expect(writes.at(-1)!.page.get(id)?.grants).toEqual(new Map([['peer', mine]]))
    expect(user.share.perSecond()).toBeCloseTo(5)

    say('peer', { wants: true, holds: new Map([['me', mine]]) })
    user.busy = true
    await time.advance(5_000)
    expect(writes.at(-1)!.page.get(id)).toEqual({ ...silence, wants: true })
    expect(user.share.perSecond()).toBeCloseTo(5)
    say('peer', { wants: true })
    await time.advance(1_000)
    expect(user.share.perSecond()).toBe(50)
  })

  it('has it back at once from one whose page is gone', async () => {
    const { time, say, share } = desk()
    const user = share()
    await user.share.ready()
    await time.advance(20_000)
    say('peer', { wants: true })
    await time.advance(1_000)
    say('peer', { wants: true, holds: new Map([['me', mine]]) })
    await time.advance(1_000)
    say('peer', null)
    await time.advance(1_000)

    expect(user.share.perSecond()).toBe(50)
  })

  it('counts what was taken between its two looks', async () => {
    const made = desk()
    const { time, say, share } = made
    const user = share()
    // Two others hand something of our partition over while we look: the first look shows no holder.
    say('former', { grants: new Map([['peer', mine]]) })
    let looks = 0
    made.betweenLooks = () => {
      if (++looks !== 1) return
      say('peer', { holds: new Map([['former', mine]]) })
      say('former', {})
    }
    await user.share.ready()
    expect(user.share.perSecond()).toBeCloseTo(5)

    await time.advance(1_000)
    expect(user.share.perSecond()).toBeCloseTo(5)
    say('peer', {})
    await time.advance(1_000)
    expect(user.share.perSecond()).toBe(50)
  })

  it('uses nothing of others while it may be taken for dead, nor in another session', async () => {
    const { time, say, share, alive, failing } = desk()
    const user = share()
    await user.share.ready()
    user.busy = true
    await time.advance(2_000)
    say('peer', { grants: new Map([['me', theirs]]) })
    await time.advance(1_000)
    expect(user.share.perSecond()).toBeCloseTo(90)
    alive.isSure = false
    expect(user.share.perSecond()).toBe(50)

    alive.isSure = true
    failing.read = true
    alive.session = 's2'
    expect(user.share.perSecond()).toBe(5)
  })

  it('begins with a tenth where nobody could be asked, and with all of it once somebody was', async () => {
    const { time, share, failing } = desk()
    failing.read = true
    const user = share()
    await user.share.ready()
    expect(user.share.perSecond()).toBe(5)

    failing.read = false
    await time.advance(2_000)
    expect(user.share.perSecond()).toBe(50)
  })

  it('slows down only who took a partition while nobody could be asked', async () => {
    const { time, share, failing } = desk()
    const [known, taking] = [share('g.t$known'), share('g.t$taking')]
    await known.share.ready()
    failing.read = true
    await taking.share.ready()
    expect([known.share.perSecond(), taking.share.perSecond()]).toEqual([50, 5])

    failing.read = false
    await time.advance(2_000)
    expect(taking.share.perSecond()).toBe(50)
  })

  it('knows what it is worth once it has asked, though nothing can be said', async () => {
    const { time, share, failing, writes } = desk()
    const user = share()
    await user.share.ready()
    failing.write = new Error('away')
    user.busy = true
    await time.advance(2_000)
    const other = share('g.t$other')
    await other.share.ready()

    expect([writes, user.share.perSecond(), other.share.perSecond()]).toEqual([[], 50, 50])
  })

  it('says no more new things than a few while nobody knows what came of the last', async () => {
    const { time, share, say, failing, pages } = desk()
    const user = share()
    await user.share.ready()
    user.busy = true
    await time.advance(2_000)
    const tried = new Set<string>()
    failing.write = new Error('no answer')
    failing.tried = page => void tried.add(pageText(page))
    for (let count = 1; count <= 30; count++) {
      say('peer', { grants: new Map([['me', { part: count / 100, partitions: [1] }]]) })
      await time.advance(1_000)
    }
    expect(tried.size).toBeLessThanOrEqual(9)
    expect(user.share.perSecond()).toBe(50)

    failing.write = null
    await time.advance(3_000)
    expect(pages.get('me')?.page.get(id)?.holds.get('peer')?.part).toBeCloseTo(0.3)
    expect(user.share.perSecond()).toBeCloseTo(65)
  })

  it('has the least to read a delay topic with, and nothing without any partition', () => {
    const { share } = desk()
    const user = share().share
    user.update(rate, [], 20, true)
    expect(user.perSecond()).toBeCloseTo(0.5)
    user.update(rate, [], 20, false)
    expect(user.perSecond()).toBe(0)
  })

  it('writes one page for a thousand subscriptions, at most four times a second, and only changes', async () => {
    const { time, share, writes } = desk()
    const users = Array.from({ length: 1_000 }, (_, index) => share(`g.t$s${index}`))
    await Promise.all(users.map(user => user.share.ready()))
    for (const [index, user] of users.entries()) user.busy = index % 2 === 0
    await time.advance(1_000)
    expect(writes.length).toBeLessThanOrEqual(4)
    expect(writes.at(-1)!.page.size).toBe(500)
    const before = writes.length
    await time.advance(3_000)
    expect(writes.length).toBe(before)

    for (const [index, user] of users.entries()) {
      user.busy = index % 3 === 0
      if (index % 100 === 0) await time.advance(100)
    }
    expect(writes.length - before).toBeLessThanOrEqual(5)
  })
})
