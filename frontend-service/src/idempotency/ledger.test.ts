import { describe, expect, it } from 'vitest'
import { Ledger, stateOf, type Entry } from './ledger.js'

interface Waiter {
  isAnswered: boolean
}

const make = (entriesMax = 10): Ledger<Waiter> =>
  new Ledger({ entriesMax, windowMs: 1_000, isWaiting: waiter => !waiter.isAnswered })
const claim = (
  digest: string,
  fingerprint = 'f',
): { digest: string; fingerprint: string; messageId: string } => ({
  ...{ digest, fingerprint, messageId: `id-of-${digest}` },
})
const waiter = (): Waiter => ({ isAnswered: false })
const begun = (ledger: Ledger<Waiter>, digest: string, nowMs = 0): Entry<Waiter> => {
  const decision = ledger.decide(claim(digest), waiter(), nowMs)
  if (!('entry' in decision)) throw new Error(decision.kind)
  return decision.entry
}
const stored = (ledger: Ledger<Waiter>, digest: string, nowMs = 0): void => {
  begun(ledger, digest, nowMs).state = 'stored'
}

describe('a ledger', () => {
  it('begins with a new key, and refuses a second request while the first is waited for', () => {
    const ledger = make()

    expect(ledger.decide(claim('k'), waiter(), 0).kind).toBe('begin')
    expect(ledger.decide(claim('k'), waiter(), 0).kind).toBe('busy')
    expect(ledger.decide(claim('k', 'other'), waiter(), 0).kind).toBe('differs')
  })

  it('keeps nothing of a request but what stands for its key', () => {
    const ledger = make()
    const request = { ...claim('k'), body: Buffer.alloc(1_000) }

    const decision = ledger.decide(request, waiter(), 0)

    const members = 'entry' in decision ? Object.keys(decision.entry).sort() : []
    const kept = ['digest', 'fingerprint', 'intent', 'messageId', 'state', 'timestampMs', 'untilMs', 'waiter']
    expect(members).toEqual(kept)
  })

  it('lets a request follow one whose sender has stopped waiting', () => {
    const ledger = make()
    const entry = begun(ledger, 'k')
    const replaced = entry.waiter!
    replaced.isAnswered = true

    expect(ledger.decide(claim('k'), waiter(), 0)).toEqual({ kind: 'follow', entry, replaced })
    expect(ledger.decide(claim('k'), waiter(), 0).kind).toBe('busy')
  })

  it('replays what is stored until its window has passed, and only for the same message', () => {
    const ledger = make()
    stored(ledger, 'k')

    expect(ledger.decide(claim('k'), waiter(), 999)).toMatchObject({
      kind: 'replay',
      entry: { messageId: 'id-of-k' },
    })
    expect(ledger.decide(claim('k', 'other'), waiter(), 999).kind).toBe('differs')
    expect(ledger.decide(claim('k', 'other'), waiter(), 1_000).kind).toBe('begin')
  })

  it('resumes one at a time what is open', () => {
    const ledger = make()
    Object.assign(begun(ledger, 'k'), { state: 'open', waiter: null })

    expect(ledger.decide(claim('k'), waiter(), 0).kind).toBe('resume')
    expect(ledger.decide(claim('k'), waiter(), 0).kind).toBe('busy')
  })

  it('takes no key beyond its bound, still knows the others, and has room again after their window', () => {
    const ledger = make(2)
    stored(ledger, 'a')
    stored(ledger, 'b', 500)

    expect(ledger.decide(claim('c'), waiter(), 999).kind).toBe('full')
    expect(ledger.decide(claim('a'), waiter(), 999).kind).toBe('replay')
    expect(ledger.decide(claim('c'), waiter(), 1_000).kind).toBe('begin')
    expect(ledger.size).toBe(2)
  })

  it('forgets nothing that is running, however long it takes', () => {
    const ledger = make()
    begun(ledger, 'k')

    expect(ledger.decide(claim('k'), waiter(), 10_000).kind).toBe('busy')
  })

  it('is restored from states: open with an intent, stored without, not at all after the window', () => {
    const intent = { kafkaTopic: 't', partition: 0, producerId: 1, producerEpoch: 0, sequence: 3 }
    const state = { ...stateOf(begun(make(), 'x')), fingerprint: 'f' }
    const ledger = make()
    ledger.restore('open', { ...state, intent }, 0)
    ledger.restore('stored', { ...state, intent }, 0)
    ledger.restore('stored', { ...state, intent: null }, 0)
    ledger.restore('freed', { ...state, intent }, 0)
    ledger.forget('freed')
    ledger.restore('old', { ...state, untilMs: 5 }, 5)

    const kinds = ['open', 'stored', 'freed', 'old'].map(
      digest => ledger.decide(claim(digest), waiter(), 10).kind,
    )
    expect(kinds).toEqual(['resume', 'replay', 'begin', 'begin'])
  })
})
