/**
 * What belongs to an owner.
 * Takes a source and an id. Gives topics and subscriptions as their answers show them; passwords are masked
 * here too, unlike in Hermes.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import type { OwnerId } from '@iris/common/domain/owner'
import { subscriptionAnswer } from '@iris/common/domain/subscription-json'
import { topicAnswer } from '@iris/common/domain/topic-json'
import type { Catalog } from '../catalog/catalog.js'
import { ownerOfSource } from './owner-sources.js'

/** Topics, without the schemas of AVRO topics. */
export async function topicsOfOwner(catalog: Catalog, owner: OwnerId): Promise<readonly JsonObject[]> {
  ownerOfSource(owner.source, owner.id)
  const { topics } = await catalog.view()
  return topics.filter(isOf(owner)).map(topicAnswer)
}

/** Subscriptions. */
export async function subscriptionsOfOwner(catalog: Catalog, owner: OwnerId): Promise<readonly JsonObject[]> {
  ownerOfSource(owner.source, owner.id)
  const { subscriptions } = await catalog.view()
  return subscriptions.filter(isOf(owner)).map(subscriptionAnswer)
}

function isOf({ source, id }: OwnerId): (thing: { readonly owner: OwnerId }) => boolean {
  return ({ owner }) => owner.source === source && owner.id === id
}
