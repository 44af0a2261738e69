/**
 * The webhook inbox of a local stack, through management: a page of the console may ask nobody else.
 * Takes its configured address. Gives what it received, or empties it. Promises: calls this address only,
 * follows nothing, ends within `askMs`; bodies and headers are masked like those of messages.
 * Refuses with 404 where none is configured, with 503 where it does not answer.
 */
import { z } from 'zod'
import { shownBody } from '@iris/common/kafka/shown-body'
import { refusal } from '@iris/common/errors/hermes-error'
import { frameworkError } from '@iris/common/http/api'
import type { Caller } from '@iris/common/http/calls'
import { maskHeaders, maskJsonText } from '../messages/mask.js'
import type { Masks } from '../messages/shown-message.js'

export const inboxPage = z.object({
  total: z.int().describe('All that ever came'),
  messages: z.array(
    z.object({
      number: z.int(),
      receivedAt: z.string().describe('A date'),
      path: z.string(),
      messageId: z.string(),
      retryCount: z.int(),
      status: z.int().describe('What the inbox answered'),
      headers: z.record(z.string(), z.string()),
      body: z.string(),
      bodyBytes: z.int(),
    }),
  ),
})
export type InboxPage = z.infer<typeof inboxPage>

export interface InboxParts {
  readonly caller: Caller
  /** Empty where there is none. */
  readonly url: string
  readonly masks: Masks
}

export const inboxLimitMax = 200
const askMs = 3_000

/** What it received, the newest first. */
export async function readInbox(parts: InboxParts, limit: number): Promise<InboxPage> {
  const page = inboxPage.safeParse(await ask(parts, 'GET', `?limit=${limit}`))
  if (!page.success) throw silent('answered something else than an inbox does')
  const { total, messages } = page.data
  return { total, messages: messages.map(each => masked(each, parts.masks)) }
}

/** Forgets what it received. */
export async function emptyInbox(parts: InboxParts): Promise<void> {
  await ask(parts, 'DELETE', '')
}

async function ask({ caller, url }: InboxParts, method: 'GET' | 'DELETE', query: string): Promise<unknown> {
  if (url === '') throw frameworkError(404)
  const call = { method, url: `${url.replace(/\/$/, '')}/messages${query}`, body: null, limitMs: askMs }
  try {
    const { status, text } = await caller.call({ ...call, headers: { Accept: 'application/json' } })
    if (status !== 200) throw new Error(`answered ${status}`)
    return JSON.parse(text) as unknown
  } catch (error) {
    throw silent(error instanceof Error ? error.message : String(error))
  }
}

function masked(delivery: InboxPage['messages'][number], masks: Masks): InboxPage['messages'][number] {
  const headers = { ...maskHeaders(delivery.headers, masks.header).value }
  const shown = shownBody(Buffer.from(delivery.body))
  return {
    ...delivery,
    headers,
    body: shown.kind === 'body' ? maskJsonText(shown.json, masks.member).value : delivery.body,
  }
}

function silent(why: string): Error {
  return refusal('NOT_READY', {
    problem: `The inbox that the settings of the console name does not answer: ${why}`,
  })
}
