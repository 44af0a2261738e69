import { describe, expect, it } from 'vitest'
import type { Verdict } from '../judge.js'
import { createBroadcastState } from './broadcast-state.js'

const delivered: Verdict = { kind: 'delivered' }
const retry = (reason: string, more: Partial<Verdict & { kind: 'retry' }> = {}): Verdict => ({
  ...{ kind: 'retry', reason, cause: 'other', status: null, retryAfterMs: null, isCounted: true },
  ...more,
})
const dead = (status: number): Verdict => ({
  ...{ kind: 'dead', reason: `status ${status}`, cause: String(status), status },
})

/** Attempts one after the other, each with the verdicts at its targets. */
function run(...attempts: Readonly<Record<string, Verdict>>[]): { verdicts: Verdict[]; wants: string[] } {
  const state = createBroadcastState()
  const verdicts = attempts.map(attempt => {
    for (const [id, verdict] of Object.entries(attempt)) state.ended({ id, uri: `http://${id}/` }, verdict)
    return state.conclude()
  })
  return { verdicts, wants: ['a', 'b', 'c'].filter(id => state.wants(id)) }
}

describe('a message with several targets', () => {
  it('is delivered when all have taken it, at once or one after the other', () => {
    expect(run({ a: delivered, b: delivered, c: delivered })).toEqual({ verdicts: [delivered], wants: [] })
    const late = run({ a: delivered, b: retry('down') }, { b: delivered })

    expect(late.verdicts.map(each => each.kind)).toEqual(['retry', 'delivered'])
    expect(late.wants).toEqual(['c'])
  })

  it('is tried again at those that failed: after the shortest wait asked for, with every cause', () => {
    const { verdicts, wants } = run({
      a: retry('status 503', { cause: '503', status: 503, retryAfterMs: 2_000 }),
      b: retry('timeout'),
      c: retry('status 429', { status: 429, retryAfterMs: 1_000 }),
    })

    expect(verdicts).toEqual([
      {
        kind: 'retry',
        reason: 'http://a/:status 503;http://b/:timeout;http://c/:status 429',
        cause: '503',
        status: 503,
        retryAfterMs: 1_000,
        isCounted: true,
      },
    ])
    expect(wants).toEqual(['a', 'b', 'c'])
  })

  it('is dead when all that failed refused it, and is called there no more', () => {
    const { verdicts, wants } = run({ a: delivered, b: dead(404), c: dead(410) })

    expect(verdicts).toEqual([
      { kind: 'dead', reason: 'http://b/:status 404;http://c/:status 410', cause: '404', status: 410 },
    ])
    expect(wants).toEqual([])
  })

  it('is tried again while one may still take it, and is dead in the end for those that refused', () => {
    const { verdicts, wants } = run({ a: dead(400), b: retry('down') }, { b: delivered })

    expect(verdicts[0]).toMatchObject({
      kind: 'retry',
      status: 400,
      reason: 'http://b/:down;http://a/:status 400',
    })
    expect(verdicts[1]).toEqual({ kind: 'dead', reason: 'http://a/:status 400', cause: '400', status: 400 })
    expect(wants).toEqual(['c'])
  })

  it('is forgotten only where nobody else failed', () => {
    const discard: Verdict = { kind: 'discard', reason: 'asked', cause: '500', status: 500 }

    expect(run({ a: delivered, b: discard }).verdicts).toMatchObject([{ kind: 'discard', status: 500 }])
    expect(run({ a: dead(400), b: discard }).verdicts).toMatchObject([{ kind: 'dead' }])
    expect(run({ a: retry('x'), b: discard }).verdicts).toMatchObject([{ kind: 'retry' }])
  })

  it('pauses the subscription when one of them says so', () => {
    const pause: Verdict = { kind: 'pause', reason: 'rule', cause: '503', status: 503 }

    const { verdicts, wants } = run({ a: delivered, b: pause, c: retry('x') })
    expect(verdicts).toEqual([{ kind: 'pause', reason: 'http://b/:rule', cause: '503', status: 503 }])
    expect(wants).toEqual(['b', 'c'])
  })

  it('counts an attempt only where something else than a fault of ours failed', () => {
    const ours = retry('no sockets', { cause: 'ownFault', isCounted: false })

    expect(run({ a: ours, b: delivered }).verdicts).toMatchObject([{ kind: 'retry', isCounted: false }])
    expect(run({ a: ours, b: retry('x', { cause: 'timeout' }) }).verdicts).toMatchObject([
      { kind: 'retry', isCounted: true, cause: 'timeout' },
    ])
  })

  it('is tried again in Hermes’ words while there is nobody to call', () => {
    expect(run({}).verdicts).toMatchObject([{ kind: 'retry', reason: 'Empty children message results' }])
    expect(run({ a: delivered }, {}).verdicts[1]).toEqual(delivered)
  })
})
