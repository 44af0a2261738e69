import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '@iris/common/metrics/registry'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { FleetRow } from '../workload/fleet.js'
import { nothingRuns } from '../workload/runner.js'
import { createStatusHandler, notesMax } from './status.js'

const row: FleetRow = {
  id: 'g.t$s' as FleetRow['id'],
  times: { START: 5 },
  slot: { slot: 0, of: 2 },
  notRunning: null,
  status: {
    ...nothingRuns,
    problem: 'the consumer group has a member that is not ours',
    delayed: { messages: 12, nextDueMs: Date.parse('2026-01-01T00:00:00Z') },
  },
}

async function ask(
  method: string,
  url: string,
  problems: string[] = [],
  rows: readonly FleetRow[] = [row],
): Promise<{ status: number; body: string }> {
  const time = createVirtualTime()
  const handle = createStatusHandler({
    ...{ clock: time, scheduler: time },
    metrics: createMetrics('test_'),
    rows: only => rows.filter(({ id }) => only === undefined || only === id),
    signs: () => [{ id: row.id, lag: 3, trouble: null }],
    problems: () => problems,
    self: () => Promise.resolve('{"version":"1"}'),
  })
  return new Promise(resolve => {
    let status = 0
    const response = {
      writeHead: (code: number) => ((status = code), response),
      end: (body?: Buffer) => resolve({ status, body: body?.toString() ?? '' }),
    }
    handle(
      { method, url, resume: () => undefined } as unknown as IncomingMessage,
      response as unknown as ServerResponse,
    )
  })
}

describe('the status pages of the consumers', () => {
  it.each([
    ['/status/health', 200, '{"status": "UP"}'],
    ['/status/health?x=1', 200, '{"status": "UP"}'],
    ['/status/subscriptionsCount', 200, '1'],
    ['/status/healthXX', 404, ''],
    ['/', 404, ''],
  ])('answer %s with %d', async (url, status, body) => {
    expect(await ask('GET', url)).toEqual({ status, body })
  })

  it('say what keeps the process from being ready', async () => {
    expect(await ask('GET', '/status/ready', ['ZooKeeper does not answer'], [])).toEqual({
      status: 503,
      body: '{"status":"NOT_READY","problems":["ZooKeeper does not answer"]}',
    })
  })

  it('are ready beside a foreign member of a group, and name it', async () => {
    const fine = { ...row, status: nothingRuns }

    expect(await ask('GET', '/status/ready', [], [row, fine])).toEqual({
      status: 200,
      body: '{"status":"READY","notes":["g.t$s: the consumer group has a member that is not ours"]}',
    })
    expect((await ask('GET', '/status/ready', [], [fine])).body).toBe('{"status":"READY"}')
  })

  it('name so many subscriptions when asked whether they are ready, and count the rest', async () => {
    const notes = async (count: number): Promise<readonly string[]> => {
      const { body } = await ask('GET', '/status/ready', [], Array<FleetRow>(count).fill(row))
      return (JSON.parse(body) as { notes: string[] }).notes
    }

    expect(await notes(notesMax)).toHaveLength(notesMax)
    expect((await notes(notesMax + 1)).at(-1)).toBe('1 more, see /status/subscriptions')
  })

  it('list subscriptions as Hermes does, and why one does not run', async () => {
    expect(JSON.parse((await ask('GET', '/status/subscriptions')).body)).toEqual([
      {
        qualifiedName: 'g.t$s',
        signalTimesheet: { START: 5 },
        slot: '1 of 2',
        notRunning: 'the consumer group has a member that is not ours',
        delivery: null,
        recent: null,
        delayed: '12 wait in the delay topic, the next until 2026-01-01T00:00:00.000Z',
        partitions: [],
      },
    ])
  })

  it('list one subscription of many', async () => {
    const name = encodeURIComponent('g.t$s')

    expect(JSON.parse((await ask('GET', `/status/subscriptions?name=${name}`)).body)).toHaveLength(1)
    expect((await ask('GET', '/status/subscriptions?name=g.t$other')).body).toBe('[]')
  })

  it('give metrics, nothing to HEAD, and no other method', async () => {
    expect((await ask('GET', '/status/prometheus')).body).toContain('process_cpu')
    expect(await ask('HEAD', '/status/health')).toEqual({ status: 200, body: '' })
    expect((await ask('POST', '/status/health')).status).toBe(405)
  })
})
