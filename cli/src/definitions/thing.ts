// pure
/**
 * Definitions as the command knows them: groups, topics, subscriptions, OAuth providers.
 * Takes nothing. Gives their kinds, their order, and where each is in the REST API.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'

export const kinds = ['oauthProvider', 'group', 'topic', 'subscription'] as const
export type Kind = (typeof kinds)[number]

/** What kinds are called in sentences. */
export const kindWords: Readonly<Record<Kind, string>> = {
  oauthProvider: 'OAuth provider',
  group: 'group',
  topic: 'topic',
  subscription: 'subscription',
}

/** What names one thing: a group or provider by its name, the others by their topic. */
export type ThingPlace =
  | { readonly kind: 'oauthProvider' | 'group'; readonly name: string }
  | { readonly kind: 'topic'; readonly group: string; readonly name: string }
  | { readonly kind: 'subscription'; readonly group: string; readonly topic: string; readonly name: string }

/** A thing with the members that somebody wrote down, or that are there. */
export interface Thing {
  readonly place: ThingPlace
  readonly members: JsonObject
}

/** A thing in an installation. */
export interface PresentThing extends Thing {
  /** Its `ETag`; null for a group, which has no versions. */
  readonly tag: string | null
}

/** The name that people know it by: `shop.orders`, `shop.orders$billing`. */
export function nameOf(place: ThingPlace): string {
  switch (place.kind) {
    case 'topic':
      return `${place.group}.${place.name}`
    case 'subscription':
      return `${place.group}.${place.topic}$${place.name}`
    default:
      return place.name
  }
}

/** One key a thing. */
export function keyOf(place: ThingPlace): string {
  return `${place.kind} ${nameOf(place)}`
}

/** Where its kind is made. */
export function parentPathOf(place: ThingPlace): string {
  switch (place.kind) {
    case 'oauthProvider':
      return '/oauth/providers'
    case 'group':
      return '/groups'
    case 'topic':
      return '/topics'
    case 'subscription':
      return `/topics/${encodeURIComponent(`${place.group}.${place.topic}`)}/subscriptions`
  }
}

/** Where it is read, changed and removed. */
export function pathOf(place: ThingPlace): string {
  const name = place.kind === 'topic' ? nameOf(place) : place.name
  return `${parentPathOf(place)}/${encodeURIComponent(name)}`
}

/** The key of the thing above it; null above groups and providers. */
export function parentKeyOf(place: ThingPlace): string | null {
  if (place.kind === 'topic') return keyOf({ kind: 'group', name: place.group })
  if (place.kind === 'subscription') return keyOf({ kind: 'topic', group: place.group, name: place.topic })
  return null
}

/** The body that makes it: its members with the names that the REST API wants in it. */
export function bodyOf({ place, members }: Thing): JsonObject {
  switch (place.kind) {
    case 'group':
      return { groupName: place.name }
    case 'subscription':
      return { topicName: `${place.group}.${place.topic}`, name: place.name, ...members }
    default:
      return { name: nameOf(place), ...members }
  }
}
