/**
 * What an installation has, in the form of a file.
 * Takes calls to management, and which groups and providers matter. Gives things with their versions. Members
 * that only tell what happened, or repeat others, are left out. Bound: `callsMax` calls at a time.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { nameOf, pathOf, type PresentThing, type ThingPlace } from '../definitions/thing.js'
import { succeeded, type Rest } from './rest.js'

/** Which of it is asked for; null for all. */
export interface Wanted {
  readonly groups: readonly string[] | null
  readonly oauthProviders: readonly string[] | null
}

const callsMax = 8
const notFound = 404

/** Told by the place, by another member, or of no use in another installation. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  oauthProvider: ['name', 'secretsProblem'],
  topic: ['name', 'createdAt', 'modifiedAt'],
  subscription: [
    'topicName',
    'name',
    'createdAt',
    'modifiedAt',
    'trackingEnabled',
    'suspendedReason',
    'secretsProblem',
  ],
}

/** Reads it. */
export async function readPresent(ask: Rest, wanted: Wanted): Promise<readonly PresentThing[]> {
  const providers = await namesAt(ask, '/oauth/providers', wanted.oauthProviders)
  const groups = await namesAt(ask, '/groups', wanted.groups)
  const topics = (await forEachOf(groups, group => topicsOf(ask, group))).flat()
  const subscriptions = (await forEachOf(topics, topic => subscriptionsOf(ask, topic))).flat()
  const places: ThingPlace[] = [
    ...providers.map(name => ({ kind: 'oauthProvider', name }) as const),
    ...topics,
    ...subscriptions,
  ]
  const things = await forEachOf(places, place => thingAt(ask, place))
  const groupThings = groups.map(name => ({
    place: { kind: 'group', name } as const,
    members: {},
    tag: null,
  }))
  return [...groupThings, ...things.flatMap(thing => (thing === null ? [] : [thing]))]
}

/** One thing; null where it is not there. */
export async function thingAt(ask: Rest, place: ThingPlace): Promise<PresentThing | null> {
  const answer = await ask({ method: 'GET', path: pathOf(place) })
  if (isMissing(answer.status, answer.json)) return null
  const json = succeeded(`Reading ${nameOf(place)}`, answer)
  return isJsonObject(json) ? { place, members: membersOf(place, json), tag: answer.tag } : null
}

async function namesAt(ask: Rest, path: string, wanted: readonly string[] | null): Promise<string[]> {
  if (wanted?.length === 0) return []
  const names = textsOf(succeeded(`Listing ${path}`, await ask({ method: 'GET', path })))
  return names.filter(name => wanted === null || wanted.includes(name)).sort()
}

async function topicsOf(ask: Rest, group: string): Promise<(ThingPlace & { kind: 'topic' })[]> {
  const path = `/topics?groupName=${encodeURIComponent(group)}`
  const answer = await ask({ method: 'GET', path })
  if (answer.status === notFound) return []
  const names = textsOf(succeeded(`Listing the topics of ${group}`, answer)).sort()
  return names.map(name => ({ kind: 'topic', group, name: name.slice(group.length + 1) }))
}

async function subscriptionsOf(ask: Rest, topic: ThingPlace & { kind: 'topic' }): Promise<ThingPlace[]> {
  const answer = await ask({ method: 'GET', path: `${pathOf(topic)}/subscriptions` })
  if (answer.status === notFound) return []
  const names = textsOf(succeeded(`Listing the subscriptions of ${nameOf(topic)}`, answer)).sort()
  return names.map(name => ({ kind: 'subscription', group: topic.group, topic: topic.name, name }))
}

/** A subscription that is not there is 400 in Hermes. */
function isMissing(status: number, json: unknown): boolean {
  return status === notFound || (isJsonObject(json) && json['code'] === 'SUBSCRIPTION_NOT_EXISTS')
}

function membersOf({ kind }: ThingPlace, json: JsonObject): JsonObject {
  const members = Object.entries(json).filter(([name]) => leftOut[kind]?.includes(name) !== true)
  return Object.fromEntries(
    members.map(([name, value]) => [name, name === 'subscriptionPolicy' ? policy(value) : value]),
  )
}

/** The longest back-off stands in two units; the other one is the one that counts. */
function policy(value: unknown): unknown {
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'backoffMaxIntervalMillis'))
}

function textsOf(json: unknown): string[] {
  return Array.isArray(json) ? json.filter(each => typeof each === 'string') : []
}

async function forEachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await work(items[index] as T)
  }
  await Promise.all(Array.from({ length: Math.min(callsMax, items.length) }, worker))
  return results
}
