// pure
/**
 * A file of definitions, written from what an installation has.
 * Takes things. Gives YAML that says them in full: read again and applied, it changes nothing there, and
 * makes the same elsewhere. Secrets become references to the environment.
 */
import { stringify } from 'yaml'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { withReferences } from './secrets.js'
import { nameOf, type PresentThing, type ThingPlace } from './thing.js'

const lineLetters = 110
const heading = `# Definitions of Iris. Apply them with: iris apply --file FILE
`

/** Writes it. */
export function writeDefinitions(things: readonly PresentThing[]): string {
  const of = (isMeant: (place: ThingPlace) => boolean): PresentThing[] =>
    things.filter(({ place }) => isMeant(place))
  const groups = of(({ kind }) => kind === 'group').map(({ place: { name } }) => ({
    name,
    topics: of(place => place.kind === 'topic' && place.group === name).map(topic => ({
      ...entryOf(topic),
      subscriptions: of(
        place => place.kind === 'subscription' && place.group === name && place.topic === topic.place.name,
      ).map(entryOf),
    })),
  }))
  const oauthProviders = of(({ kind }) => kind === 'oauthProvider').map(entryOf)
  const root = { version: 1, ...(oauthProviders.length === 0 ? {} : { oauthProviders }), groups }
  return heading + stringify(root, { lineWidth: lineLetters, aliasDuplicateObjects: false })
}

function entryOf({ place, members }: PresentThing): JsonObject {
  const referTo = (member: string): string =>
    `IRIS_${nameOf(place)}_${member}`
      .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
      .replaceAll(/\W/g, '_')
      .toUpperCase()
  return { name: place.name, ...withReferences(place.kind, lasting(members), referTo) }
}

/** Whether a consumer has begun already is nothing to be made elsewhere. */
function lasting(members: JsonObject): JsonObject {
  const { state, ...others } = members
  return state === 'SUSPENDED' ? members : others
}
