import { describe, expect, it } from 'vitest'
import { readCheckOptions } from './options.js'

describe('the command line of the take-over check', () => {
  it('needs an address of ZooKeeper and fills in the rest', () => {
    expect(readCheckOptions(['--zookeeper', 'z:2181'])).toEqual({
      ...{ zookeeper: 'z:2181', root: '/hermes', kafka: null, namespace: '', separator: '_' },
      ...{ allowedNetworks: [], isJson: false },
    })
  })

  it.each([
    [[], '--zookeeper is missing'],
    [['--zookeeper', 'z', '--root', 'hermes'], 'hermes is no path'],
    [['--zookeeper', 'z', '--write'], "Unknown option '--write'"],
    [['--zookeeper', 'z', 'more'], 'Unexpected argument'],
  ])('refuses %j', (words, problem) => {
    expect(readCheckOptions(words)).toEqual({ problem: expect.stringContaining(problem) as string })
  })
})
