/**
 * The REST calls that a newcomer makes first.
 * Takes the addresses of a frontend and of management. Gives each answer as status, text and headers.
 * Promises: each call has a deadline; nothing is repeated.
 */

const callMs = 30_000

/** Any answer. */
export interface ApiAnswer {
  readonly status: number
  readonly text: string
  readonly headers: Headers
}

/** A JSON object as the REST API takes it. */
export type ApiForm = Readonly<Record<string, unknown>>

/** A message to publish. */
export interface ApiMessage {
  readonly topic: string
  readonly body: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

/** The calls. */
export interface IrisApi {
  createGroup(groupName: string): Promise<ApiAnswer>
  createTopic(form: ApiForm): Promise<ApiAnswer>
  createSubscription(form: ApiForm): Promise<ApiAnswer>
  readSubscription(topic: string, name: string): Promise<ApiAnswer>
  updateSubscription(topic: string, name: string, patch: ApiForm): Promise<ApiAnswer>
  deleteSubscription(topic: string, name: string): Promise<ApiAnswer>
  setSubscriptionState(topic: string, name: string, state: 'ACTIVE' | 'SUSPENDED'): Promise<ApiAnswer>
  deleteTopic(topic: string): Promise<ApiAnswer>
  publish(message: ApiMessage): Promise<ApiAnswer>
  /** Any other call to management. */
  manage(method: string, path: string, json?: unknown): Promise<ApiAnswer>
}

/** What the local stack writes as the owner of what it makes. */
export const localOwner = { source: 'Plaintext', id: 'local-stack' } as const

/** The answer when it is 2xx; throws with the call and the answer's text otherwise. */
export function succeeded(what: string, answer: ApiAnswer): ApiAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer
  throw new Error(`${what}: ${answer.status} ${answer.text}`)
}

/** Whether a creation was refused because the thing is there. */
export function existed(answer: ApiAnswer): boolean {
  return answer.status === 400 && answer.text.includes('_ALREADY_EXISTS')
}

export interface IrisAddresses {
  /** Without a slash at the end, as the other. */
  readonly frontend: string
  readonly management: string
  /** The `Authorization` of calls to management, where that asks who calls. */
  readonly authorization?: string
}

/** The calls against these addresses. */
export function createIrisApi(addresses: IrisAddresses): IrisApi {
  const { authorization } = addresses
  const credentials = authorization === undefined ? {} : { Authorization: authorization }
  const manage = (method: string, path: string, json?: unknown): Promise<ApiAnswer> =>
    call(addresses.management + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...credentials },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
  const pathOf = (topic: string, name: string): string => `/topics/${topic}/subscriptions/${name}`
  return {
    manage,
    createGroup: groupName => manage('POST', '/groups', { groupName }),
    createTopic: form => manage('POST', '/topics', form),
    createSubscription: form => manage('POST', `/topics/${String(form['topicName'])}/subscriptions`, form),
    readSubscription: (topic, name) => manage('GET', pathOf(topic, name)),
    updateSubscription: (topic, name, patch) => manage('PUT', pathOf(topic, name), patch),
    deleteSubscription: (topic, name) => manage('DELETE', pathOf(topic, name)),
    setSubscriptionState: (topic, name, state) => manage('PUT', `${pathOf(topic, name)}/state`, state),
    deleteTopic: topic => manage('DELETE', `/topics/${topic}`),
    publish: ({ topic, body, headers }) =>
      call(`${addresses.frontend}/topics/${topic}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body,
      }),
  }
}

async function call(url: string, init: RequestInit): Promise<ApiAnswer> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(callMs) })
  return { status: answer.status, text: await answer.text(), headers: answer.headers }
}
