/**
 * The way to the search: a button and the keys `Ctrl+K`, `⌘K` and `/`.
 * The search itself is loaded when it is opened first.
 */
import { Button, Kbd, Text } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { lazy, Suspense, useState, type ReactNode } from 'react'

const Search = lazy(async () => ({ default: (await import('./search.js')).Search }))

/** The button with the search behind it. */
export function SearchButton(): ReactNode {
  const [openedCount, setOpenedCount] = useState(0)
  const open = (): void => setOpenedCount(count => count + 1)
  useHotkeys([['/', open]])
  // Not a letter of a text: it counts in an input too.
  useHotkeys([['mod+K', open]], [])
  return (
    <>
      <Button
        variant="default"
        onClick={open}
        leftSection={<IconSearch size={16} />}
        aria-keyshortcuts="Control+K"
      >
        <Text size="sm" mr="xs">
          Search
        </Text>
        <Kbd visibleFrom="sm">Ctrl K</Kbd>
      </Button>
      {openedCount > 0 && (
        <Suspense>
          <Search openedCount={openedCount} />
        </Suspense>
      )}
    </>
  )
}
