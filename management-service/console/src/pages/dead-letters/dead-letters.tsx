/**
 * The dead letters of a subscription: why there are any, each of them, and what can be done about them.
 * Takes a filter and a page (`after`) in the address.
 */
import { Button, Group, Stack, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import type { PageParams } from '../../app/page-route.js'
import { Go } from '../../ui/go.js'
import { Section } from '../../ui/section.js'
import { Tasks } from '../replay/tasks.js'
import { SubscriptionFrame } from '../subscriptions/frame.js'
import { namesIn, pathTo, type Names } from '../subscriptions/names.js'
import { Causes } from './causes.js'
import { filterIn, listedWords, selectionOf } from './letter-filter.js'
import { Letters } from './letters.js'
import { Purge } from './purge.js'
import { Redrive } from './redrive.js'
import { Search } from './search.js'

/** The page. */
export function Page({ params }: { readonly params: PageParams }): ReactNode {
  const names = namesIn(params)
  return (
    <SubscriptionFrame names={names} part="deadLetters">
      {() => <DeadLetters names={names} />}
    </SubscriptionFrame>
  )
}

function DeadLetters({ names }: { readonly names: Names }): ReactNode {
  const [query] = useSearchParams()
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set())
  const filter = filterIn(query)
  const selection = selectionOf([...marked], filter)
  return (
    <Stack>
      <Causes names={names} />
      <Tasks names={names} kind="redrive" title="Redrives" />
      <Section title="Letters">
        <Search names={names} filter={filter} />
        <Group justify="space-between">
          <Text size="sm" role="status">
            Redrive and Purge are for: {listedWords(selection)}.{' '}
            {Object.keys(filter).length > 0 && <Go to={pathTo(names, 'dead-letters')}>Show all</Go>}
          </Text>
          <Group gap="xs">
            {marked.size > 0 && (
              <Button size="xs" variant="subtle" onClick={() => setMarked(new Set())}>
                Unmark all
              </Button>
            )}
            <Redrive names={names} selection={selection} onDone={() => setMarked(new Set())} />
            <Purge names={names} selection={selection} onDone={() => setMarked(new Set())} />
          </Group>
        </Group>
        <Letters names={names} filter={filter} marked={marked} onMark={setMarked} />
      </Section>
    </Stack>
  )
}
