/**
 * The search over groups, topics, subscriptions and pages.
 * Takes what a person types. Gives pages, and at most `shownMax` of the others: names that hold every word of
 * it, as management ranks them.
 */
import '@mantine/spotlight/styles.css'
import { createSpotlight, Spotlight, type SpotlightActionData } from '@mantine/spotlight'
import { IconFile, IconFolders, IconMessages, IconSend } from '@tabler/icons-react'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { api } from '../api/client.js'
import { hitsOf, namedOf, type Named } from './hits.js'
import { entries } from './pages.js'

const shownMax = 12
const pauseMs = 120

const [place, spotlight] = createSpotlight()

/** The search; it opens each time that `openedCount` grows. */
export function Search({ openedCount }: { readonly openedCount: number }): ReactNode {
  const [, go] = useLocation()
  const [words, setWords] = useState('')
  useEffect(() => spotlight.open(), [openedCount])
  const [wanted] = useDebouncedValue(words.trim().toLowerCase(), pauseMs)
  const { data } = api.useQuery(
    'get',
    '/search/names',
    { params: { query: { words: wanted, limit: shownMax } } },
    { enabled: wanted !== '', placeholderData: keepPreviousData },
  )
  // What was found for the words before stands until the answer for these: only what still fits is shown.
  const hits = [...pageHits(words), ...hitsOf((data?.results ?? []).map(namedOf), words, shownMax)]
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
        placeholder: 'A group, a topic, a subscription, a page',
        'aria-label': 'Search',
        onKeyDown: ({ key }) => key === 'Enter' && takeFirst(),
      }}
      shortcut={null}
    />
  )
}

const pageNames = entries.map(
  ({ path, label }): Named => ({ id: `page ${path}`, label, kind: 'Page', address: path }),
)

/** Pages stand above what management finds; all of them while nothing was typed. */
function pageHits(words: string): readonly Named[] {
  return words.trim() === '' ? pageNames : hitsOf(pageNames, words, shownMax)
}

const icons = { Page: IconFile, Group: IconFolders, Topic: IconMessages, Subscription: IconSend } as const

function iconOf(kind: Named['kind']): ReactNode {
  const Icon = icons[kind]
  return <Icon size={18} />
}
