import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { createDefinitions, type Definitions } from './definitions.js'
import { zooPaths, type ZooPaths } from './paths.js'
import { openSession, until, type OpenSession } from './testing/open-session.js'
import { plant } from './testing/plant.js'
import { startTcpProxy } from './testing/tcp-proxy.js'

const text = (value: string): Buffer => Buffer.from(value)

describe('the definitions', () => {
  let session: OpenSession
  let writer: OpenSession
  let root: string
  let paths: ZooPaths
  let definitions: Definitions
  let told: string[]

  beforeEach(async () => {
    session = await openSession(inject('zookeeper'))
    writer = await openSession(inject('zookeeper'))
    root = `/test-${randomUUID()}/hermes`
    paths = zooPaths(root)
    definitions = createDefinitions(session.deps, { root, depth: 'subscriptions' })
    told = []
    definitions.onTopic((name, node) => told.push(`${name}=${node?.data.toString() ?? 'gone'}`))
    definitions.onSubscription((topic, name, node) =>
      told.push(`${topic}$${name}=${node?.data.toString() ?? 'gone'}`),
    )
  })
  afterEach(async () => {
    definitions.stop()
    await Promise.all([session.stop(), writer.stop()])
  })

  const addGroup = async (group: string): Promise<void> => {
    await writer.ensure(paths.groups)
    await writer.transaction([
      { kind: 'create', path: paths.group(group), data: text('{}') },
      { kind: 'create', path: paths.topics(group) },
    ])
  }
  const addTopic = (topic: string, data = '{}'): Promise<void> =>
    writer.transaction([
      { kind: 'create', path: paths.topic(topic), data: text(data) },
      { kind: 'create', path: paths.subscriptions(topic) },
    ])
  const addSubscription = (topic: string, name: string, data = '{}'): Promise<string> =>
    writer.create(paths.subscription(topic, name), text(data))
  const heard = (...lines: readonly string[]): Promise<number> =>
    until(lines.join(), () => lines.every(line => told.includes(line)))

  it('load an installation that has nothing yet, and its first topic later', async () => {
    await definitions.start()
    expect(definitions.isLoaded()).toBe(true)
    expect(definitions.groups()).toEqual([])

    await addGroup('g')
    await addTopic('g.t', 'first')
    await heard('g.t=first')

    expect(definitions.groups()).toEqual(['g'])
  })

  it('hold everything when the start ends, broken nodes as they are', async () => {
    await addGroup('pl.shop')
    await addTopic('pl.shop.orders', '{"name":"pl.shop.orders"}')
    await addTopic('pl.shop.broken', '{"name":')
    await addSubscription('pl.shop.orders', 'one', 'not json either')

    await definitions.start()

    expect([...definitions.topicNames()].toSorted()).toEqual(['pl.shop.broken', 'pl.shop.orders'])
    expect([...definitions.subscriptionIds()]).toEqual(['pl.shop.orders$one'])
    expect(definitions.topic('pl.shop.broken')?.data.toString()).toBe('{"name":')
    expect(definitions.subscription('pl.shop.orders$one')?.data.toString()).toBe('not json either')
    expect(definitions.topic('pl.shop.orders')?.stat.czxid).toBeGreaterThan(0)
  })

  it('take a node without data for absent, with what lies below it, and leave it where it is', async () => {
    await addGroup('g')
    await addTopic('g.empty', '')
    await addSubscription('g.empty', 's', 'below')
    await addTopic('g.full', 'full')
    await addSubscription('g.full', 'empty', '')
    await writer.create(paths.group('void'), text(''))

    await definitions.start()

    expect(definitions.groups()).toEqual(['g'])
    expect(told).toEqual(['g.full=full'])
    expect(await definitions.lookUpTopic('g.empty')).toBeNull()
    await writer.write(paths.topic('g.empty'), text('filled'))
    await heard('g.empty=filled', 'g.empty$s=below')
    await writer.write(paths.topic('g.empty'), text(''))
    await heard('g.empty$s=gone', 'g.empty=gone')
    expect(await writer.read(paths.subscription('g.empty', 's'))).not.toBeNull()
  })

  it('count every change, so that what was made of them is known to be old', async () => {
    await definitions.start()
    const counts = [definitions.changeCount()]
    const changed = async (change: Promise<unknown>): Promise<void> => {
      await change
      await until('a change', () => definitions.changeCount() > (counts.at(-1) ?? 0))
      counts.push(definitions.changeCount())
    }
    await changed(addGroup('g'))
    await changed(addTopic('g.t'))
    await changed(addSubscription('g.t', 's'))
    await changed(writer.remove(paths.subscription('g.t', 's')))

    expect(counts).toHaveLength(5)
  })

  it('tell changes, removals and nodes made anew', async () => {
    await addGroup('g')
    await addTopic('g.t', 'one')
    await addSubscription('g.t', 's', 'one')
    await definitions.start()
    const before = definitions.topic('g.t')?.stat.czxid ?? 0

    await writer.write(paths.topic('g.t'), text('two'))
    await writer.write(paths.subscription('g.t', 's'), text('two'))
    await heard('g.t=two', 'g.t$s=two')
    await writer.transaction([
      { kind: 'remove', path: paths.subscription('g.t', 's') },
      { kind: 'remove', path: paths.subscriptions('g.t') },
      { kind: 'remove', path: paths.topic('g.t') },
    ])
    await heard('g.t=gone', 'g.t$s=gone')
    expect(definitions.topic('g.t')).toBeUndefined()
    expect(definitions.subscription('g.t$s')).toBeUndefined()
    await addTopic('g.t', 'three')
    await addSubscription('g.t', 's', 'three')
    await heard('g.t=three', 'g.t$s=three')

    expect(definitions.topic('g.t')?.stat.czxid).toBeGreaterThan(before)
  })

  it('see a topic that was removed and made anew in one transaction', async () => {
    await addGroup('g')
    await addTopic('g.t', 'same')
    await addSubscription('g.t', 's', 'same')
    await definitions.start()
    const before = definitions.subscription('g.t$s')?.stat.czxid ?? 0

    await writer.transaction([
      { kind: 'remove', path: paths.subscription('g.t', 's') },
      { kind: 'remove', path: paths.subscriptions('g.t') },
      { kind: 'remove', path: paths.topic('g.t') },
      { kind: 'create', path: paths.topic('g.t'), data: text('same') },
      { kind: 'create', path: paths.subscriptions('g.t') },
      { kind: 'create', path: paths.subscription('g.t', 's'), data: text('same') },
    ])
    await until('the new node', () => (definitions.subscription('g.t$s')?.stat.czxid ?? 0) > before)
    await addSubscription('g.t', 'later', 'x')
    await heard('g.t$later=x')

    expect([...definitions.subscriptionIds()].toSorted()).toEqual(['g.t$later', 'g.t$s'])
  })

  it('go with their group', async () => {
    await addGroup('g')
    await addTopic('g.t', 'x')
    await definitions.start()

    await writer.transaction([
      { kind: 'remove', path: paths.subscriptions('g.t') },
      { kind: 'remove', path: paths.topic('g.t') },
      { kind: 'remove', path: paths.topics('g') },
      { kind: 'remove', path: paths.group('g') },
    ])
    await heard('g.t=gone')

    await until('the group', () => definitions.groups().length === 0)
  })

  it('hold the OAuth providers for who needs subscriptions, and tell their changes', async () => {
    const seen: string[] = []
    definitions.onOAuthProvider((name, node) => seen.push(`${name}=${node?.data.toString() ?? 'gone'}`))
    await definitions.start()
    await writer.ensure(paths.oauthProviders)
    await writer.create(paths.oauthProvider('idp'), text('one'))
    await until('the provider', () => definitions.oAuthProvider('idp') !== undefined)
    const later = createDefinitions(session.deps, { root, depth: 'subscriptions' })
    const shallow = createDefinitions(session.deps, { root, depth: 'topics' })
    await Promise.all([later.start(), shallow.start()])

    expect(later.oAuthProvider('idp')?.data.toString()).toBe('one')
    expect(shallow.oAuthProvider('idp')).toBeUndefined()
    await writer.write(paths.oauthProvider('idp'), text('two'))
    await until('the change', () => seen.includes('idp=two'))
    await writer.remove(paths.oauthProvider('idp'))
    await until('the removal', () => seen.includes('idp=gone'))
    expect(definitions.oAuthProvider('idp')).toBeUndefined()
    later.stop()
    shallow.stop()
  })

  it('equal the tree after a cut during which it changed', async () => {
    const proxy = await startTcpProxy(inject('zookeeper'))
    const cutOff = await openSession(proxy.address)
    const followed = createDefinitions(cutOff.deps, { root, depth: 'subscriptions' })
    await addGroup('g')
    await Promise.all(Array.from({ length: 20 }, (_, index) => addTopic(`g.t${index}`, 'old')))
    await followed.start()

    proxy.hold()
    await writer.write(paths.topic('g.t3'), text('new'))
    await writer.remove(paths.subscriptions('g.t4'))
    await writer.remove(paths.topic('g.t4'))
    await addTopic('g.made', 'x')
    await addSubscription('g.t5', 's', 'x')
    proxy.cut()
    proxy.mend()
    const tookMs = await until(
      'the changes',
      () =>
        followed.topic('g.t3')?.data.toString() === 'new' &&
        followed.topic('g.t4') === undefined &&
        followed.topic('g.made') !== undefined &&
        followed.subscription('g.t5$s') !== undefined,
    )

    expect(tookMs).toBeLessThan(5_000)
    followed.stop()
    await cutOff.stop()
    await proxy.close()
  })

  it('look a topic up behind the cache, and know names that are none', async () => {
    await addGroup('g')
    await addTopic('g.t', 'straight')

    expect((await definitions.lookUpTopic('g.t'))?.data.toString()).toBe('straight')
    for (const name of ['g.missing', 'missing.t', 'nodot', 'g./t', '../g.t', 'g..', '', 'g.t x'])
      expect(await definitions.lookUpTopic(name)).toBeNull()
  })

  it('keep what was known when stopped, and say so to whoever waits for the load', async () => {
    await addGroup('g')
    await addTopic('g.t', 'x')
    await definitions.start()
    definitions.stop()
    const other = createDefinitions(session.deps, { root, depth: 'topics' })
    const starting = other.start()
    other.stop()

    await expect(starting).rejects.toThrow('stopped before they were loaded')
    expect(definitions.topic('g.t')).toBeDefined()
    expect(told).not.toContain('g.t=gone')
  })

  it('load 10,000 topics with 20,000 subscriptions', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `g${index % 50}.topic-number-${index}`)
    const patient = await openSession(inject('zookeeper'), 30_000)
    const loaded = createDefinitions(patient.deps, { root, depth: 'subscriptions' })
    await writer.ensure(paths.groups)
    for (let group = 0; group < 50; group++) await addGroup(`g${group}`)
    const nodes = names.flatMap(name => [
      paths.topic(name),
      paths.subscriptions(name),
      paths.subscription(name, 'one'),
      paths.subscription(name, 'two'),
    ])
    await plant(patient, nodes, text(`{"name":"topic","filler":"${'x'.repeat(600)}"}`))
    const cpu = process.cpuUsage()
    const startedMs = performance.now()

    await loaded.start()

    const tookMs = Math.round(performance.now() - startedMs)
    const { user, system } = process.cpuUsage(cpu)
    process.stdout.write(
      `10,000 topics, 20,000 subscriptions: ${tookMs} ms, ${Math.round((user + system) / 1000)} ms of CPU\n`,
    )
    expect([...loaded.topicNames()]).toHaveLength(10_000)
    expect([...loaded.subscriptionIds()]).toHaveLength(20_000)
    expect(tookMs).toBeLessThan(60_000)
    loaded.stop()
    await patient.stop()
  }, 120_000)
})
