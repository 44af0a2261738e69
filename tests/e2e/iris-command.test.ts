/**
 * The `iris` command walks the stories of a team: publish and look, a broken endpoint mended, a pause.
 */
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { runIris, startIris, type IrisRun } from '../support/iris-command.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

let stack: TestStack
let subscriber: Subscriber
let environment: Readonly<Record<string, string>>
beforeAll(async () => {
  subscriber = await startSubscriber()
  stack = await startTestStack({
    ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper') },
    settings: { 'management-service': { 'management.topic.partitions': '1' } },
  })
  environment = {
    IRIS_MANAGEMENT_URL: stack.management.url,
    IRIS_FRONTEND_URL: stack.frontends[0]?.url ?? '',
  }
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

const iris = (words: string, input: string | null = null): Promise<IrisRun> =>
  runIris(words.split(' '), { environment, input })

/** What it gives as JSON, once it succeeded. */
async function json(words: string): Promise<unknown> {
  const { code, out, said } = await iris(`${words} --json`)
  if (code !== 0) throw new Error(`iris ${words}: ${code} ${said}`)
  return JSON.parse(out)
}

const linesOf = (text: string): Readonly<Record<string, unknown>>[] =>
  text.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]))

/** A topic that is traced, with one subscription. */
async function subscribed(name: string): Promise<string> {
  const topic = await stack.createTopic({ trackingEnabled: true })
  await stack.createSubscription(topic, `${subscriber.url}/${name}`, { name, trackingMode: 'trackingAll' })
  return topic
}

it('publishes a message and many, tails them, and says where they are and that all is well', async () => {
  subscriber.answerWith(() => ({}))
  const topic = await subscribed('told')
  const one = await iris(`publish ${topic} {"n":1} --key k`)
  const many = await iris(`publish ${topic} --lines --json`, '{"n":2}\n{"n":3}\nno json\n')
  await subscriber.waitFor(3, { path: '/told' })
  const tailed = await iris(`tail ${topic} --from earliest --max 3 --json`)
  const id = /^Stored: (\S+)$/m.exec(one.out)?.[1] ?? ''

  expect([one.code, many.code]).toEqual([0, 1])
  expect(linesOf(many.out)).toMatchObject([
    { index: 0, status: 201 },
    { index: 1, status: 201 },
    { index: 2, status: 400, code: 'VALIDATION_ERROR', message: expect.stringContaining('JSON') as string },
  ])
  expect(linesOf(tailed.out)).toMatchObject([
    { id, key: 'k', body: { n: 1 } },
    { body: { n: 2 } },
    { body: { n: 3 } },
  ])
  await eventually(async () => {
    const trace = (await json(`trace ${topic} ${id}`)) as { readonly events: readonly object[] }
    expect(trace.events).toMatchObject([
      { status: 'SUCCESS', offset: 0 },
      { subscription: 'told', status: 'INFLIGHT' },
      { subscription: 'told', status: 'SUCCESS' },
    ])
    expect(await json(`why ${topic} told`)).toMatchObject({ lag: 0, findings: [{ cause: 'ALL_FINE' }] })
  })
  const listed = await iris('topics')
  expect(listed.out).toMatch(new RegExp(`^${topic} +1 +`, 'm'))
  expect(await json(`subscriptions ${topic}`)).toMatchObject({ items: [{ name: 'told', state: 'ACTIVE' }] })
})

it('finds what a broken endpoint refused, and sends it again once that is mended', async () => {
  subscriber.answerWith(() => ({ status: 400 }))
  const topic = await subscribed('broken')
  await iris(`publish ${topic} {"n":1} {"n":2} {"n":3}`)
  const dead = await eventually(async () => {
    const { out } = await iris(`dlq list ${topic}/broken --status 400 --json`)
    expect(linesOf(out)).toHaveLength(3)
    return linesOf(out)
  })
  const third = dead.find(({ body }) => Buffer.from(String(body), 'base64').toString() === '{"n":3}')
  const id = String(third?.['id'])
  const counted = await iris(`dlq redrive ${topic} broken --all --dry-run`)
  const shown = await iris(`dlq show ${topic} broken ${id}`)
  const why = await iris(`why ${topic}/broken`)
  subscriber.answerWith(() => ({}))
  subscriber.forget()
  const purged = await iris(`dlq purge ${topic} broken --id ${id} --yes`)
  const redriven = await iris(`dlq redrive ${topic} broken --all`)

  expect(counted.out).toContain('3 dead letters\nby class: refused 3\nby cause: 400 3\n')
  expect(shown.out).toContain('{"n":3}')
  expect(why.out).toContain('DEAD_LETTERS')
  expect([purged.code, purged.out]).toEqual([0, 'Removed 1 dead letter.\n'])
  expect([redriven.code, redriven.out]).toEqual([0, 'Done: 2 messages sent.\n'])
  expect(
    subscriber
      .received('/broken')
      .map(({ body }) => body.toString())
      .sort(),
  ).toEqual(['{"n":1}', '{"n":2}'])
  expect((await iris(`dlq list ${topic} broken`)).said).toBe('No dead letters.\n')
})

it('pauses and resumes a subscription, and replays to it what it had', async () => {
  subscriber.answerWith(() => ({}))
  const topic = await subscribed('paused')
  const paused = await iris(`pause ${topic} paused`)
  await iris(`publish ${topic} {"n":1} {"n":2}`)
  const why = await json(`why ${topic} paused`)
  const unasked = await iris(`replay ${topic} paused --from earliest`)
  const resumed = await iris(`resume ${topic} paused`)
  await subscriber.waitFor(2, { path: '/paused' })
  const replayed = await iris(`replay ${topic} paused --from earliest --yes`)

  expect([paused.out, resumed.out]).toEqual([
    `${topic}$paused is paused.\n`,
    `${topic}$paused is delivered again.\n`,
  ])
  expect(why).toMatchObject({ state: 'SUSPENDED', lag: 2 })
  expect([unasked.code, unasked.said]).toEqual([64, expect.stringContaining('2 messages to send again')])
  expect([replayed.code, replayed.out]).toEqual([0, 'Done: 2 messages sent.\n'])
  expect(subscriber.received('/paused')).toHaveLength(4)
})

it('leaves a redrive that Ctrl-C ends going on where nobody can be asked, and cancels it when told', async () => {
  subscriber.answerWith(() => ({ status: 400 }))
  const topic = await subscribed('slow')
  await iris(`publish ${topic} --lines`, '1\n'.repeat(40))
  await eventually(async () => expect(await json(`dlq summary ${topic} slow`)).toMatchObject({ total: 40 }))
  const redrive = startIris(`dlq redrive ${topic} slow --all --rate 1`.split(' '), { environment })
  const task = await eventually(async () => {
    const { items } = (await json(`tasks list ${topic} slow`)) as { items: readonly { id: string }[] }
    expect(items).toHaveLength(1)
    return items[0]?.id ?? ''
  })
  redrive.interrupt()
  const left = await redrive.ended
  const cancelled = await iris(`tasks cancel ${topic} slow ${task}`)
  const ended = await iris(`tasks watch ${topic} slow ${task}`)

  expect([left.code, left.said]).toEqual([
    130,
    expect.stringContaining(`iris tasks cancel ${topic}/slow ${task}`),
  ])
  expect(cancelled.code).toBe(0)
  expect([ended.code, ended.out]).toEqual([130, expect.stringContaining('cancelled: ')])
})

it('loads a topic for a moment, and completes the names that there are', async () => {
  const topic = await stack.createTopic()
  await stack.createSubscription(topic, subscriber.url, { name: 'billing' })
  const bench = await json(`bench ${topic} --messages 50 --concurrency 4`)
  const usual = await runIris(['bench', topic])
  const [topics, names] = await Promise.all([
    iris(`complete -- tail ${topic.slice(0, -1)}`),
    iris(`complete -- why ${topic} b`),
  ])

  expect(bench).toMatchObject({ stored: 50, refused: 0, unanswered: 0 })
  expect([usual.code, usual.said]).toEqual([64, expect.stringContaining('--frontend')])
  expect(topics.out.split('\n')).toContain(topic)
  expect(names.out).toBe('billing\n')
})

it('finds nothing critical while all live, and says what to do when nobody delivers any more', async () => {
  interface Doctor {
    readonly critical: number
    readonly findings: readonly { readonly check: string; readonly severity: string; readonly next: string }[]
  }
  const doctor = async (): Promise<Doctor> => JSON.parse((await iris('doctor --json')).out) as Doctor
  const well = await eventually(async () => {
    const told = await doctor()
    expect(told.critical).toBe(0)
    return told
  })
  await Promise.all(stack.consumers.map(each => each.stop()))
  const ill = await eventually(async () => {
    const told = await doctor()
    expect(told.findings[0]?.check).toBe('processes.consumers')
    return told
  })

  expect(well.findings.map(({ check }) => check)).toEqual(
    expect.arrayContaining(['zookeeper', 'kafka', 'topics', 'frontend']),
  )
  expect(ill.findings[0]).toMatchObject({
    severity: 'critical',
    next: expect.stringContaining('Start one') as string,
  })
  expect((await iris('doctor')).code).toBe(2)
})
