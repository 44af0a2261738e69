import { createServer } from 'node:net'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { StackPorts } from '@iris/local-stack/stack-options'
import { eventually } from '../support/eventually.js'
import { givenServers } from '../support/given-servers.js'
import { npmStart, portsInUse, processesWith, stackPorts, type NpmStart } from '../support/npm-start.js'

const testMs = 180_000

let dataDir: string
let ports: StackPorts
const started: NpmStart[] = []

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), `iris-test-${process.pid}-start-`))
  ports = await stackPorts()
})
afterAll(() => {
  for (const each of started) each.signal('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
})

function start(flags: readonly string[] = [], variables: Readonly<Record<string, string>> = {}): NpmStart {
  const program = npmStart(ports, ['--data', dataDir, ...flags], variables)
  started.push(program)
  return program
}

/** Runs a curl of the screen: address, headers and body as they stand there, also over several lines. */
function runCurl(command: string): Promise<Response> {
  const url = /https?:\/\/[^\s']+/.exec(command)?.[0] ?? ''
  const body = / -d '([^']*)'$/.exec(command)?.[1]
  const [, name = 'X-None', value = ''] = / -H '([^:]+): ([^']*)'/.exec(command) ?? []
  return fetch(url, body === undefined ? {} : { method: 'POST', headers: { [name]: value }, body })
}

function curlsOf(screen: string): readonly string[] {
  const isWhole = (command: string): boolean =>
    !command.endsWith('\\') && (command.match(/'/g)?.length ?? 0) % 2 === 0
  const curls: string[] = []
  for (const line of screen.split('\n')) {
    const open = curls.at(-1)
    if (line.startsWith('  curl ')) curls.push(line.trim())
    else if (open !== undefined && !isWhole(open)) curls.splice(-1, 1, `${open}\n${line}`)
  }
  return curls
}

async function nothingIsLeft(): Promise<void> {
  await eventually(async () => {
    expect(await portsInUse(ports)).toEqual([])
    expect(processesWith(dataDir)).toEqual([])
  })
}

describe('npm test', () => {
  it('leaves the servers alone that a shell has exported for the services', () => {
    expect(givenServers({ KAFKA_BROKERS: 'mine:9092', ZOOKEEPER: 'mine:2181' })).toBeNull()
  })

  it('uses servers that are named for it, both of them', () => {
    const named = { IRIS_TEST_KAFKA: 'spare:9092', IRIS_TEST_ZOOKEEPER: 'spare:2181' }

    expect(givenServers({ ...named, KAFKA_BROKERS: 'mine:9092', ZOOKEEPER: 'mine:2181' })).toEqual({
      kafka: 'spare:9092',
      zookeeper: 'spare:2181',
    })
    expect(() => givenServers({ IRIS_TEST_KAFKA: 'spare:9092' })).toThrow('or neither')
  })
})

describe('npm start', () => {
  it(
    'shows one delivered message, curls that work, and leaves nothing after Ctrl-C',
    async () => {
      const iris = start()
      const screen = await iris.screen()
      const [subscribe = '', publish = '', watch = ''] = curlsOf(screen)
      const subscribed = await runCurl(subscribe)
      const published = await runCurl(publish)
      const watched = await runCurl(watch)
      const id = published.headers.get('hermes-message-id')
      const inbox = `http://127.0.0.1:${ports.inbox}`
      const retried = await eventually(async () => {
        const list = (await (await fetch(`${inbox}/messages?limit=100`)).json()) as { messages: Delivery[] }
        const attempts = list.messages.filter(each => each.messageId === id && each.path === '/fail/2/second')
        expect(attempts).toHaveLength(3)
        return attempts
      }, 30_000)
      await watched.body?.cancel()
      iris.signal('SIGINT')
      const code = await iris.ended()

      expect(screen).toMatch(/stored by Kafka after \d+ ms, in the inbox after \d+ ms/)
      for (const port of [ports.frontend, ports.management, ports.consumers, ports.inbox])
        expect(screen).toContain(`http://127.0.0.1:${port}`)
      expect(screen.split('\n').length).toBeLessThanOrEqual(24)
      expect([subscribed, published, watched].map(each => each.status)).toEqual([201, 201, 200])
      expect(retried.map(each => each.status)).toEqual([200, 503, 503])
      expect(code).toBe(0)
      await nothingIsLeft()
    },
    testMs,
  )

  it(
    'has its data after a restart, and says so when one of its processes dies',
    async () => {
      const iris = start()
      await iris.screen()
      const subscriptions = await fetch(
        `http://127.0.0.1:${ports.management}/topics/demo.events/subscriptions`,
      )
      const names = await subscriptions.json()
      for (const pid of processesWith(join(dataDir, 'zookeeper'))) process.kill(pid, 'SIGKILL')
      const code = await iris.ended()

      expect(names).toEqual(expect.arrayContaining(['inbox', 'second']))
      expect(iris.output()).toContain('ZooKeeper ended by itself (SIGKILL)')
      expect(code).toBe(1)
      await nothingIsLeft()
    },
    testMs,
  )

  it(
    'stops in order what runs by then when it is stopped in the middle of its start',
    async () => {
      const iris = start()
      // The services are begun when both servers serve, and the screen comes when the services do.
      const log = join(dataDir, 'logs', 'frontend-service.log')
      const before = existsSync(log) ? statSync(log).mtimeMs : 0
      await eventually(() => expect(statSync(log).mtimeMs).toBeGreaterThan(before))
      iris.signal('SIGINT')
      const code = await iris.ended()

      expect(code).toBe(0)
      expect(iris.output()).toMatch(/Stopping …\nStopped\.\n$/)
      // Kafka leaves it when it ends in order, and takes it away when it starts.
      expect(existsSync(join(dataDir, 'kafka', 'data', '.kafka_cleanshutdown'))).toBe(true)
      await nothingIsLeft()
    },
    testMs,
  )

  it(
    'begins anew with --fresh, and takes its servers along when it is killed',
    async () => {
      const iris = start(['--fresh'])
      await iris.screen()
      const answer = await fetch(`http://127.0.0.1:${ports.management}/topics/demo.events/subscriptions`)
      const names = await answer.json()
      iris.signal('SIGKILL')

      expect(names).toEqual(['inbox'])
      await nothingIsLeft()
    },
    testMs,
  )

  it(
    'uses the Kafka and the ZooKeeper that it is given, and refuses a second start with one sentence',
    async () => {
      const servers = { KAFKA_BROKERS: inject('kafka'), ZOOKEEPER: inject('zookeeper') }
      const iris = start([], servers)
      const screen = await iris.screen()
      const ownServers = processesWith(join(dataDir, 'kafka')).concat(
        processesWith(join(dataDir, 'zookeeper')),
      )
      const second = start([], servers)
      const secondCode = await second.ended()
      iris.signal('SIGTERM')

      expect(screen).toMatch(new RegExp(`Kafka +${inject('kafka')} `))
      expect(screen).toContain('Iris is running: the three services, ready after')
      expect(ownServers).toEqual([])
      expect(secondCode).toBe(1)
      expect(second.output()).toMatch(/^Ports .*\(frontend\).* are taken .*--port-frontend \d+.*\n$/)
      expect(await iris.ended()).toBe(0)
      await nothingIsLeft()
    },
    testMs,
  )

  it('names a taken port and the flag to change it', async () => {
    const server = createServer().listen(ports.kafka, '127.0.0.1')
    const iris = start()
    const code = await iris.ended()
    server.close()

    expect(code).toBe(1)
    expect(iris.output()).toMatch(/^Port \d+ \(kafka\) is taken .* npm start -- --port-kafka \d+\n$/)
  })

  it.each([
    [
      { KAFKA_BROKERS: '127.0.0.1:1' },
      /^No Kafka broker answers at KAFKA_BROKERS=127\.0\.0\.1:1: .*unset KAFKA_BROKERS/,
    ],
    [{ ZOOKEEPER: '127.0.0.1:1' }, /^No ZooKeeper answers at ZOOKEEPER=127\.0\.0\.1:1: .*unset ZOOKEEPER/],
    [
      { PATH: '/nowhere' },
      /^Kafka and ZooKeeper need Java 17 or newer, .*apt-get install .*docker\/README\.md/,
    ],
    [
      { PATH: '/nowhere', JAVA_HOME: '/nowhere' },
      /^Kafka and ZooKeeper need Java 17 or newer, and `\/nowhere\/bin\/java`/,
    ],
  ])('with %o says in one sentence what to do', async (variables, sentence) => {
    const iris = start([], variables)

    expect(await iris.ended()).toBe(1)
    expect(iris.output()).toMatch(sentence)
    expect(iris.output().trim().split('\n')).toHaveLength(1)
    await nothingIsLeft()
  })
})

interface Delivery {
  readonly messageId: string
  readonly path: string
  readonly status: number
}
