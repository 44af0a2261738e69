/**
 * The search over topics, subscriptions and pages.
 * Takes what a person types. Gives at most `shownMax` hits: names that hold every word of it, shortest first.
 */
import '@mantine/spotlight/styles.css'
import { createSpotlight, Spotlight, type SpotlightActionData } from '@mantine/spotlight'
import { IconFile, IconMessage, IconSend } from '@tabler/icons-react'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { pathOf } from '../api/call.js'
import { send } from '../api/client.js'
import { hitsOf, type Named } from './hits.js'
import { pages } from './pages.js'

const shownMax = 12
const pauseMs = 120
const wordsMax = 4

/** The part of management's answer that is read. */
interface Found {
  readonly results: readonly ({ type: 'TOPIC'; name: string } | FoundSubscription)[]
}
interface FoundSubscription {
  readonly type: 'SUBSCRIPTION'
  readonly name: string
  readonly subscription: { readonly topic: { readonly qualifiedName: string } }
}

const [place, spotlight] = createSpotlight()

/** The search; it opens each time that `openedCount` grows. */
export function Search({ openedCount }: { readonly openedCount: number }): ReactNode {
  const [, go] = useLocation()
  const [words, setWords] = useState('')
  useEffect(() => spotlight.open(), [openedCount])
  const [wanted] = useDebouncedValue(words.trim().toLowerCase(), pauseMs)
  const { data = [] } = useQuery({
    queryKey: ['search', wanted],
    queryFn: ({ signal }) => find(wanted, signal),
    enabled: wanted !== '',
    placeholderData: keepPreviousData,
  })
  // What was found for the words before stands until the answer for these: only what still fits is shown.
  const hits = [...pageHits(words), ...hitsOf(data, words, shownMax)]
  const actions = hits.map(
    ({ id, label, kind, address }): SpotlightActionData => ({
      ...{ id, label, description: kind },
      leftSection: iconOf(kind),
      onClick: () => go(address),
    }),
  )
  const takeFirst = (): void => {
    // Enter means the first hit, unless a person has gone to another one: the library then takes that.
    const [first] = hits
    if (first === undefined || place.getState().selected >= 0) return
    spotlight.close()
    go(first.address)
  }
  return (
    <Spotlight
      store={place}
      actions={actions}
      query={words}
      onQueryChange={setWords}
      filter={(_, all) => all}
      nothingFound="Nothing has this name"
      scrollable
      maxHeight={420}
      searchProps={{
        placeholder: 'A topic, a subscription, a page',
        'aria-label': 'Search',
        onKeyDown: ({ key }) => key === 'Enter' && takeFirst(),
      }}
      shortcut={null}
    />
  )
}

const pageNames: readonly Named[] = pages.flatMap(({ path, navigation }) =>
  navigation === undefined
    ? []
    : [{ id: `page ${path}`, label: navigation.label, kind: 'Page', address: path }],
)

/** Pages stand above what management finds; all of them while nothing was typed. */
function pageHits(words: string): readonly Named[] {
  return words.trim() === '' ? pageNames : hitsOf(pageNames, words, shownMax)
}

function iconOf(kind: Named['kind']): ReactNode {
  if (kind === 'Page') return <IconFile size={18} />
  return kind === 'Topic' ? <IconMessage size={18} /> : <IconSend size={18} />
}

/** Management looks for one text in one name, so each word is asked for; what holds all of them is kept. */
async function find(words: string, signal: AbortSignal): Promise<readonly Named[]> {
  const wanted = words.split(/\s+/).slice(0, wordsMax)
  const answers = await Promise.all(
    wanted.map(q => send({ method: 'GET', path: '/search/query', query: { q } }, signal) as Promise<Found>),
  )
  const named = answers.flatMap(({ results }) => results.map(namedOf))
  return hitsOf([...new Map(named.map(each => [each.id, each])).values()], words, shownMax)
}

function namedOf(found: Found['results'][number]): Named {
  const { type, name } = found
  if (type === 'TOPIC') {
    return { id: `topic ${name}`, label: name, kind: 'Topic', address: pathOf('topics', name) }
  }
  const topic = found.subscription.topic.qualifiedName
  return {
    id: `subscription ${topic} ${name}`,
    label: `${name} of ${topic}`,
    kind: 'Subscription',
    address: pathOf('topics', topic, 'subscriptions', name),
  }
}
