/**
 * The console in a real browser, on real services: the stories of its users, and what all pages keep to.
 */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { graveFindings, noBrowser, startBrowser, type Browser } from '../support/browser.js'
import { eventually } from '../support/eventually.js'
import { startSchemaRegistry, type TestRegistry } from '../support/schema-registry.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

const firstLoadBytesMax = 220 * 1024
/** Nothing moves, so that no colour is judged on its way. */
const phone = { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' } as const

const tabsMax = 60
const nameInFocus =
  '(({ labels, ariaLabel, textContent }) => labels?.[0]?.textContent ?? ariaLabel ?? textContent)(document.activeElement)'

/** Presses the tab key until what has this name is in focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  const passed: unknown[] = []
  while (passed.length < tabsMax) {
    await page.keyboard.press('Tab')
    const reached = await page.evaluate(nameInFocus)
    if (reached === name) return
    passed.push(reached)
  }
  throw new Error(`The tab key leads to ${JSON.stringify(passed)} and never to ${name}`)
}

describe.skipIf(noBrowser() !== null)('the console', () => {
  let registry: TestRegistry
  let stack: TestStack
  let subscriber: Subscriber
  let browser: Browser
  let topic: string
  let lostId: string
  /** Every page, with something to show on each. */
  let pages: readonly string[]

  beforeAll(async () => {
    subscriber = await startSubscriber()
    subscriber.answerWith(({ path }) => (path.endsWith('/strict') ? { status: 400 } : {}))
    registry = await startSchemaRegistry()
    const schemas = { 'schema.repository.serverUrl': registry.url }
    stack = await startTestStack({
      ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper') },
      settings: {
        'frontend-service': schemas,
        'management-service': { ...schemas, 'management.rates.period': '500ms' },
        'consumers-service': schemas,
      },
    })
    browser = await startBrowser(stack.management.url)
    topic = await stack.createTopic({ trackingEnabled: true })
    const traced = { trackingMode: 'trackingAll' }
    await stack.createSubscription(topic, `${subscriber.url}/fine`, { name: 'fine', ...traced })
    await stack.createSubscription(topic, `${subscriber.url}/strict`, { name: 'strict', ...traced })
    const published = await stack.publish(topic, '{"status":"new","password":"hidden"}')
    lostId = String(published.headers.get('hermes-message-id'))
    const strict = `/ui/topics/${topic}/subscriptions/strict`
    const tabs = ['messages', 'live', 'schema', 'scheduled', 'settings']
    pages = [
      ...[
        '/ui/',
        '/ui/groups',
        `/ui/groups/${stack.group}`,
        '/ui/topics',
        `/ui/new-topic?group=${stack.group}`,
      ],
      ...[`/ui/topics/${topic}`, ...tabs.map(tab => `/ui/topics/${topic}?tab=${tab}`)],
      ...['/ui/subscriptions', `/ui/topics/${topic}/new-subscription`],
      ...[strict, `${strict}?tab=settings`, `${strict}?tab=signing`],
      ...[`${strict}/dead-letters`, `${strict}/replay`, '/ui/tasks', '/ui/inbox'],
      ...[`/ui/trace?topic=${topic}&id=${lostId}`, `/ui/filter-lab?topic=${topic}`],
      ...['/ui/audit', '/ui/keys', `/ui/keys?topic=${topic}`, '/ui/processes', '/ui/no-such-page'],
    ]
  })
  afterAll(async () => {
    await browser?.stop()
    await stack?.stop()
    await subscriber?.stop()
    await registry?.stop()
  })

  it('loads within its budget, and nothing from elsewhere', async () => {
    const { page, faults, fileBytes, close } = await browser.open()

    await page.goto('/')
    await page.getByRole('heading', { level: 1 }).waitFor()

    expect(new URL(page.url()).pathname).toBe('/ui/')
    // The charts are drawn by a file that comes last.
    await expect.poll(() => page.locator('figure canvas').count()).toBeGreaterThan(0)
    expect(fileBytes()).toBeLessThan(firstLoadBytesMax)
    expect(faults).toEqual([])
    await close()
  })

  it.each(['light', 'dark'] as const)(
    'has nothing grave against it on any page in the %s, and fits a phone',
    async colorScheme => {
      const { page, faults, close } = await browser.open({ ...phone, colorScheme })
      const findings: string[] = []
      for (const path of pages) {
        await page.goto(path)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await expect.poll(() => page.getByLabel('Loading').count()).toBe(0)
        findings.push(...(await graveFindings(page)).map(finding => `${path} ${finding}`))
        const isWider = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
        if (isWider === true) findings.push(`${path} is wider than a phone`)
      }

      expect(findings).toEqual([])
      expect(faults).toEqual([])
      await close()
    },
  )

  it('leads from the first topic to its first delivery, by the keyboard alone', async () => {
    const { page, faults, close } = await browser.open()
    const follow = async (name: string): Promise<void> => {
      await page.getByRole('link', { name }).waitFor()
      await tabTo(page, name)
      await page.keyboard.press('Enter')
    }
    const fill = async (label: string, text: string): Promise<void> => {
      await page.getByRole('textbox', { name: label, exact: true }).waitFor()
      await tabTo(page, label)
      await page.keyboard.insertText(text)
    }
    await page.goto(`/ui/groups/${stack.group}`)
    await follow('Skip to the page')
    await follow('New topic')
    await fill('Name', `${stack.group}.firsts`)
    await fill('Description', 'The first topic of a team')
    await fill('Owner', 'Firsts')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: `${stack.group}.firsts`, level: 1 }).waitFor()

    await follow('New subscription')
    await fill('Name', 'receiver')
    await fill('Endpoint', `${subscriber.url}/firsts`)
    await fill('Description', 'What receives it')
    await fill('Owner', 'Firsts')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'receiver', level: 1 }).waitFor()

    const published = await stack.publish(`${stack.group}.firsts`, '{"first":true}')
    expect(published.status).toBe(201)
    expect((await subscriber.waitFor(1, { path: '/firsts' })).map(({ body }) => String(body))).toEqual([
      '{"first":true}',
    ])
    await page.goto(`/ui/topics/${stack.group}.firsts?tab=messages`)
    await page.getByText('{"first":true}').first().waitFor()
    const parts = page.getByRole('navigation', { name: `About ${stack.group}.firsts` })
    await parts.getByRole('link', { name: 'Overview' }).click()
    const publishers = page.getByRole('region', { name: `Publishers of ${stack.group}.firsts` })
    await publishers.getByText('127.0.0.0/24').waitFor()
    expect(faults).toEqual([])
    await close()
  })

  it('leads from a broken endpoint over an edited copy of an AVRO dead letter to a redrive and a replay', async () => {
    const metadata = { name: '__metadata', type: ['null', { type: 'map', values: 'string' }], default: null }
    const fields = [metadata, { name: 'amount', type: 'int' }]
    const schema = JSON.stringify({ type: 'record', name: 'Order', fields })
    const avro = await stack.createTopic({ contentType: 'AVRO', schema })
    await stack.createSubscription(avro, `${subscriber.url}/avro/strict`, { name: 'strict' })
    await stack.publish(avro, '{"amount":-4}')
    const letters = `/topics/${avro}/subscriptions/strict/dead-letters`
    const lettersAre = (count: number): Promise<void> =>
      eventually(async () => {
        const { text } = await stack.api.manage('GET', letters)
        if ((JSON.parse(text) as { items: unknown[] }).items.length !== count) throw new Error(text)
      })
    await lettersAre(1)
    subscriber.answerWith(({ path }) => (path === '/strict' ? { status: 400 } : {}))
    const { page, faults, close } = await browser.open()
    const begin = async (verb: string): Promise<void> => {
      const dialog = page.getByRole('dialog')
      await dialog.getByText('1 message would be sent.').waitFor()
      await dialog.getByText(`/${verb.toLowerCase()}'`).waitFor()
      await dialog.getByRole('button', { name: verb }).click()
    }

    await page.goto(`/ui${letters}`)
    await page.getByRole('row', { name: '{"amount":-4}' }).getByRole('link').first().click()
    await page.getByRole('button', { name: 'Edit a copy' }).click()
    await page.getByRole('textbox', { name: 'Body' }).fill('{"amount":4}')
    await page.getByRole('button', { name: 'Compare and send' }).click()
    await page.getByRole('button', { name: 'Make the copy' }).click()
    await page.getByText('an edited copy of').waitFor()
    await page.getByRole('button', { name: 'Redrive' }).click()
    await begin('Redrive')
    await page.getByRole('cell', { name: 'Done' }).waitFor()
    await lettersAre(0)
    await page.getByRole('link', { name: 'Replay' }).click()
    await page.getByRole('button', { name: 'Count, then replay' }).click()
    await begin('Replay')

    const bodies = (await subscriber.waitFor(3, { path: '/avro/strict' })).map(({ body }) => body.toString())
    expect(bodies).toEqual(['{"amount":-4}', '{"amount":4}', '{"amount":-4}'])
    expect(faults).toEqual([])
    await close()
  })

  it('removes what somebody else changed meanwhile only after it was seen', async () => {
    const shared = await stack.createTopic()
    const { page, close } = await browser.open()
    await page.goto(`/ui/topics/${shared}`)
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByLabel(`Type ${shared} to go on`).fill(shared)
    await stack.api.manage('PUT', `/topics/${shared}`, { description: 'in use by billing' })
    await page.getByRole('button', { name: 'Remove the topic' }).click()

    await page.getByRole('alert').getByText('in use by billing').waitFor()
    await stack.api.manage('PUT', `/topics/${shared}`, { description: 'in use by shipping' })
    await eventually(async () => {
      // The page behind the dialog reads it again, as it does when a person comes back to it.
      await page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")
      if ((await page.getByText('in use by shipping').count()) === 0) throw new Error('not read yet')
    })
    await page.getByRole('button', { name: 'Remove it all the same' }).click()

    await page.getByRole('alert').getByText('in use by shipping').waitFor()
    expect((await stack.api.manage('GET', `/topics/${shared}`)).status).toBe(200)
    await page.getByRole('button', { name: 'Remove it all the same' }).click()
    await page.getByRole('heading', { name: 'Topics', level: 1 }).waitFor()
    expect((await stack.api.manage('GET', `/topics/${shared}`)).status).toBe(404)
    await close()
  })

  it('finds a lost message: from its id to the dead letter that it became', async () => {
    const { page, faults, close } = await browser.open()
    await eventually(async () => {
      await page.goto('/ui/trace')
      await page.getByRole('combobox', { name: 'Topic' }).fill(topic)
      await page.getByRole('textbox', { name: 'Message id' }).fill(lostId)
      await page.getByRole('button', { name: 'Find' }).click()
      await page.getByText('One message.').waitFor()
      if ((await page.getByText(/Given up/).count()) === 0) throw new Error('not given up yet')
    })

    expect(await page.getByText(/Stored in Kafka at/).count()).toBe(1)
    expect(await page.getByText(/^Delivered/).count()).toBe(1)
    expect(new URL(page.url()).searchParams.get('id')).toBe(lostId)
    expect(faults).toEqual([])
    await close()
  })

  it('says where one is also to who has chosen all colours', async () => {
    const { page, close } = await browser.open({ forcedColors: 'active' })
    await page.goto('/ui/groups')
    const lineOf = (area: string): Promise<unknown> =>
      page.evaluate(
        `getComputedStyle(document.querySelector('nav a[href="/ui/${area}"]')).textDecorationLine`,
      )
    await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor()

    expect([await lineOf('groups'), await lineOf('topics')]).toEqual(['underline', 'none'])
    await close()
  })

  it('shows the curl of what the page asked, and never the key', async () => {
    const { page, close } = await browser.open()
    await page.goto('/ui/groups')
    await page.getByRole('button', { name: 'Sign in with a key' }).click()
    await page.getByLabel('Key or token', { exact: true }).fill('iris_secret')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('button', { name: 'Commands of this page' }).click()

    const commands = page.getByRole('dialog', { name: 'The same in a terminal' })
    await commands
      .getByText(`curl '${stack.management.url}/groups' -H "Authorization: Bearer $IRIS_KEY"`)
      .waitFor()
    expect(await commands.textContent()).not.toContain('iris_secret')
    await close()
  })

  it('tells at the field what management has against a new group', async () => {
    const { page, close } = await browser.open()
    await page.goto('/ui/groups')
    await page.getByRole('button', { name: 'New group' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('no blanks')

    await page.getByText(/should match/).waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill('fine.group')
    await page.getByText(/should match/).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Make the group' }).click()
    await page.getByRole('heading', { name: 'fine.group' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/ui/groups/fine.group')
    await close()
  })

  it('is searched by keyboard', async () => {
    const { page, close } = await browser.open()
    await page.goto('/ui/groups')
    await page.getByRole('heading', { name: 'Groups' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('textbox', { name: 'Search' }).fill(`strict ${topic}`)
    await page.getByText(`strict of ${topic}`).waitFor()
    await page.keyboard.press('Enter')

    await page.getByRole('heading', { name: 'strict', level: 1 }).waitFor()
    await close()
  })

  it('begins another page at its heading, and not the same page with another query', async () => {
    const { page, faults, close } = await browser.open()
    const inFocus = (): Promise<unknown> =>
      page.evaluate('document.activeElement.tagName + " " + document.activeElement.textContent')
    await page.goto('/ui/topics')
    await page.getByRole('button', { name: 'Owner' }).click()
    expect(await inFocus()).toMatch(/^BUTTON Owner/)

    await page.getByRole('link', { name: topic, exact: true }).click()

    await page.getByRole('heading', { name: topic, level: 1 }).waitFor()
    await expect.poll(inFocus).toBe(`H1 ${topic}`)
    expect(await page.title()).toBe(`${topic} · Iris`)

    await page.getByRole('link', { name: 'Schema', exact: true }).click()

    await expect.poll(() => page.title()).toBe(`Schema · ${topic} · Iris`)
    expect(await inFocus()).toBe('A Schema')
    expect(faults).toEqual([])
    await close()
  })

  it('shows by a link the order and the words of a table that its sender saw', async () => {
    const { page, close } = await browser.open()
    await page.goto(`/ui/topics?find=${topic}&sort=-owner`)
    await page.getByRole('link', { name: topic, exact: true }).waitFor()
    expect(await page.getByRole('columnheader', { name: 'Owner' }).getAttribute('aria-sort')).toBe(
      'descending',
    )

    await page.getByRole('textbox', { name: 'Narrow down: Topics' }).fill('no such name')
    await page.getByRole('button', { name: 'Topic', exact: true }).waitFor({ state: 'detached' })

    await page.getByText('Nothing fits these words.').waitFor()
    await expect.poll(() => new URL(page.url()).search).toBe('?find=no+such+name&sort=-owner')
    await close()
  })

  it('leads from a name that is none to the one that was meant', async () => {
    const { page, close } = await browser.open()
    await page.goto(`/ui/topics/${topic.slice(0, -1)}`)

    await page.getByText('There is no topic called').waitFor()
    await page.getByRole('link', { name: topic, exact: true }).click()

    await page.getByRole('heading', { name: topic, level: 1 }).waitFor()
    await page.getByText('There is no topic called').waitFor({ state: 'detached' })
    await close()
  })
})
