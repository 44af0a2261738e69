/**
 * The words that a shell may offer, as the scripts of `iris completion` ask: `iris complete -- WORDS`.
 * Promises: names of topics and subscriptions are those of now; who does not answer within `askMs` offers
 * nothing, and nothing is ever said in the middle of somebody's line. Bound: `offersMax` words.
 */
import type { Command, World } from '../../command.js'
import { succeeded, type Rest } from '../../management/rest.js'
import { placeOfCursor, type Place } from '../../words/complete.js'
import { split, topicPath } from '../../words/places.js'

const askMs = 1_500
const offersMax = 5_000
/** Stands for names of files, which a shell knows best. */
const fileWord = ':file'
/** What names and options are made of: nothing of it means anything to a shell. */
const plainWord = /^[\w.:/@+-]+$/

/** The offers for the last of these words, which is begun. */
export async function offersFor(
  world: World,
  words: readonly string[],
  commands: readonly Command[],
): Promise<readonly string[]> {
  const begun = words.at(-1) ?? ''
  const place = placeOfCursor(words.slice(0, -1), begun, commands)
  if (place === null) return []
  try {
    const offers = await namesAt(world, place, begun)
    const isOffered = (offer: string): boolean => plainWord.test(offer) && offer.startsWith(begun)
    return offers.filter(offer => offer === fileWord || isOffered(offer)).slice(0, offersMax)
  } catch {
    return [] // a shell that completes is no place for problems: the command itself will tell
  }
}

async function namesAt(
  { management, profiles }: World,
  { completes, before }: Place,
  begun: string,
): Promise<readonly string[]> {
  switch (completes) {
    case 'topic':
      return topicsOrSubscriptions(management, begun)
    case 'subscription':
      return before[0] === undefined ? [] : list(management, `${topicPath(before[0])}/subscriptions`)
    case 'group':
      return list(management, '/groups')
    case 'profile':
      return [...(await profiles.read()).byName.keys()]
    case 'file':
      return [fileWord]
    default:
      return completes
  }
}

/** `shop.orders/` begins a subscription. */
async function topicsOrSubscriptions(management: Rest, begun: string): Promise<readonly string[]> {
  if (!begun.includes('/')) return list(management, '/topics')
  const { topic } = split(begun, null)
  return (await list(management, `${topicPath(topic)}/subscriptions`)).map(name => `${topic}/${name}`)
}

async function list(management: Rest, path: string): Promise<readonly string[]> {
  const json = succeeded('No names', await management({ method: 'GET', path, withinMs: askMs }))
  return Array.isArray(json) ? json.filter(each => typeof each === 'string') : []
}
