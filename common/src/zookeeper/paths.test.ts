import { describe, expect, it } from 'vitest'
import { parentOf, zooPaths } from './paths.js'

const paths = zooPaths('/run/hermes')
const place = { kafkaTopic: 'g.t', cluster: 'primary', partition: 3 }

describe('the paths of the tree', () => {
  it.each([
    [paths.groups, '/groups'],
    [paths.group('pl.shop'), '/groups/pl.shop'],
    [paths.topics('pl.shop'), '/groups/pl.shop/topics'],
    [paths.topic('pl.shop.orders'), '/groups/pl.shop/topics/orders'],
    [paths.topicCounter('g.t', 'published'), '/groups/g/topics/t/metrics/published'],
    [paths.preview('g.t'), '/groups/g/topics/t/preview'],
    [paths.subscriptions('g.t'), '/groups/g/topics/t/subscriptions'],
    [paths.subscription('g.t', 's'), '/groups/g/topics/t/subscriptions/s'],
    [paths.undelivered('g.t', 's'), '/groups/g/topics/t/subscriptions/s/undelivered'],
    [paths.subscriptionCounter('g.t', 's', 'volume'), '/groups/g/topics/t/subscriptions/s/metrics/volume'],
    [
      paths.retransmissionOffset('g.t', 's', place),
      '/groups/g/topics/t/subscriptions/s/kafka_topics/g.t/offset/primary/3',
    ],
    [
      paths.retransmissionOffsets('g.t', 's', place),
      '/groups/g/topics/t/subscriptions/s/kafka_topics/g.t/offset/primary',
    ],
    [paths.iris.retransmission('primary', 'g.t', 's'), '/iris/consumers/primary/retransmissions/g.t$s'],
    [paths.oauthProvider('p'), '/oauth-providers/p'],
    [paths.hermesConsumers, '/consumers-registry'],
    [paths.hermesConsumerNodes('c'), '/consumers-registry/c/nodes'],
    [paths.hermesConsumerLeader('c'), '/consumers-registry/c/leader'],
    [paths.workloadConstraint('g.t$s'), '/consumers-workload-constraints/g.t$s'],
    [paths.admin, '/admin'],
    [paths.datacenterReadiness, '/datacenter-readiness'],
    [paths.storageHealth('host_8090'), '/storage-health/host_8090'],
    [paths.iris.root, '/iris'],
    [paths.iris.frontend('host_8080'), '/iris/frontends/host_8080'],
    [paths.iris.idempotencyLock('c', 7), '/iris/idempotency/c/locks/7'],
    [paths.iris.idempotencyNumbers('c', 7), '/iris/idempotency/c/numbers/7'],
    [paths.iris.consumerNode('c', 'i'), '/iris/consumers/c/nodes/i'],
    [paths.iris.consumerLeader('c'), '/iris/consumers/c/leader'],
    [paths.iris.assignment('c', 'i'), '/iris/consumers/c/assignments/i'],
    [paths.iris.lock('c', 'g.t', 's', 0), '/iris/consumers/c/locks/g.t$s/0'],
    [paths.iris.suspension('c', 'g.t', 's'), '/iris/consumers/c/suspensions/g.t$s'],
    [paths.iris.delayLock('c', 'g.t', 's', 1), '/iris/consumers/c/locks/g.t$s/delay-1'],
    [paths.iris.delay('c', 'g.t', 's'), '/iris/consumers/c/delays/g.t$s'],
    [paths.iris.parkedKeys('c', 'g.t', 's'), '/iris/consumers/c/parked-keys/g.t$s'],
  ])('%s', (path, belowRoot) => {
    expect(path).toBe(`/run/hermes${belowRoot}`)
  })

  it('begin at the top for the root /', () => {
    expect(zooPaths('/').groups).toBe('/groups')
    expect(zooPaths('/').iris.root).toBe('/iris')
  })

  it.each(['', '.', '..', 'a/b', '/'])('never take %j for a name', name => {
    expect(() => paths.group(name)).toThrow('is no name for a node')
    expect(() => paths.subscription('g.t', name)).toThrow('is no name for a node')
    expect(() => paths.iris.consumerNode('c', name)).toThrow('is no name for a node')
  })

  it('refuse a topic without a group and a root that is no path', () => {
    expect(() => paths.topic('orders')).toThrow('"orders" is no topic name')
    for (const root of ['hermes', '/hermes/', '//', '/a b'])
      expect(() => zooPaths(root)).toThrow('is no path')
  })

  it.each([
    ['/a/b', '/a'],
    ['/a', '/'],
    ['/', '/'],
  ])('have a parent: %s below %s', (path, parent) => {
    expect(parentOf(path)).toBe(parent)
  })
})
