/**
 * Who publishes a topic lately: every frontend is asked when somebody wants to know.
 * Takes a topic and who wants to know. Gives its publishers over all frontends that answer, and who does not.
 * Promises: a frontend has `askMs` to answer, and one that does not is told; who may not read all groups
 * hears how many do not, and nothing of machines and their addresses. Bound: `frontendsMax` are asked.
 */
import { everything, may, type Principal } from '@iris/common/access/principal'
import type { TopicName } from '@iris/common/domain/names'
import type { Asker } from '@iris/common/http/ask'
import { frontendTokenHeader } from '@iris/common/http/forwarded-headers'
import { publishersPath, readPublishersPage, type PublishersPage } from '@iris/common/metrics/publishers'
import { countText } from '../diagnosis/words.js'
import { existingTopic } from '../store/existing.js'
import type { LiveFrontend, TopicStore } from '../store/ports.js'
import { sumOfPublishers, type TopicPublishers } from './publisher-sums.js'

export interface PublishersParts {
  readonly store: Pick<TopicStore, 'topic'>
  readonly asker: Pick<Asker, 'json'>
  frontends(): Promise<readonly LiveFrontend[]>
}

const frontendsMax = 256
const askMs = 2_000

/** Asks all of them. */
export async function readPublishers(
  parts: PublishersParts,
  topic: TopicName,
  principal: Principal,
): Promise<TopicPublishers> {
  await existingTopic(parts.store, topic)
  const all = await parts.frontends()
  const asked = all.slice(0, frontendsMax)
  const answers = await Promise.all(asked.map(frontend => ask(parts, frontend, topic)))
  const pages = answers.filter(answer => typeof answer !== 'string')
  const silent = answers.filter(answer => typeof answer === 'string')
  const problems = may(principal, 'reader', everything) ? silent : counted(silent.length)
  if (all.length === 0) problems.push('No frontend lives: there is nobody to ask')
  if (all.length > asked.length)
    problems.push(`There are ${all.length} frontends, and no more than ${frontendsMax} are asked`)
  const { since, publishers, others } = sumOfPublishers(pages)
  return { since, complete: problems.length === 0, problems, publishers, others }
}

function counted(silent: number): string[] {
  if (silent === 0) return []
  return [`${countText(silent, 'frontend')} ${silent === 1 ? 'has' : 'have'} not told`]
}

/** What one frontend tells, or a sentence about why it does not. */
async function ask(
  { asker }: PublishersParts,
  { id, url, token }: LiveFrontend,
  topic: TopicName,
): Promise<PublishersPage | string> {
  const place = `${url}${publishersPath}/${encodeURIComponent(topic)}`
  try {
    const page = readPublishersPage(
      await asker.json(place, askMs, { headers: { [frontendTokenHeader]: token } }),
    )
    return page ?? `The frontend ${id} has not told: its answer is of another version`
  } catch (error) {
    return `The frontend ${id} has not told: ${error instanceof Error ? error.message : String(error)}`
  }
}
