import { describe, expect, it } from 'vitest'
import { loadConfig } from '@iris/common/config/load'
import { frontendKeys } from '../config.js'
import { workerConfig } from './share.js'

const config = loadConfig(frontendKeys, { argv: [], environment: {} })

describe('the settings of a worker', () => {
  it('are those of the frontend with its bounds divided, so that all together hold no more', () => {
    const place = { number: 2, count: 3 }
    const own = workerConfig(config, place, 'machine')

    const changed = Object.entries(own).filter(
      ([name, value]) => config[name as keyof typeof config] !== value,
    )
    expect(changed.map(([name]) => name).sort()).toEqual([
      ...['bodiesBytesMax', 'bufferBytesMax', 'bulkBytesMax', 'connectionsMax', 'instanceId'],
      ...['keyedInFlightMax', 'quotaPublishersMax', 'snapshotKeysMax'],
      ...[
        'spoolBytesMax',
        'spoolMessagesMax',
        'spoolRefusedBytesMax',
        'spoolStatusMax',
        'spoolWaitingBytesMax',
      ],
      ...['streamCacheBytes', 'streamRingsBytes', 'streamsMax', 'streamsPerAddressMax'],
      ...['streamsPerTopicMax', 'streamsWaitingBytesMax', 'traceQueueMax'],
    ])
    for (const [name, value] of changed)
      if (typeof value === 'number')
        expect(value * place.count).toBeLessThanOrEqual(Number(config[name as keyof typeof config]))
  })

  it('name each worker differently, and the same after a restart', () => {
    const at = (number: number, instanceId = ''): string =>
      workerConfig({ ...config, instanceId }, { number, count: 2 }, 'machine').instanceId

    expect([at(1), at(2), at(1, 'front')]).toEqual(['machine_8080_1', 'machine_8080_2', 'front_1'])
  })
})
