/**
 * The page that belongs to the address.
 * Takes the table of pages. Gives the page once it is loaded; an address that is none says so; a page
 * that fails says what happened and leaves the shell standing.
 */
import { Anchor, Center, Loader, Text } from '@mantine/core'
import { lazy, Suspense, useEffect, useLayoutEffect, type ComponentType, type ReactNode } from 'react'
import { Link, Route, Switch, useLocation } from 'wouter'
import { forgetCalls } from '../api/calls.js'
import { Page } from '../ui/page.js'
import { FailureFence } from './failure-fence.js'
import type { PageParams, PageRoute } from './page-route.js'
import { pages } from './pages.js'

const loaded = pages.map(page => ({ path: page.path, Body: lazyPage(page) }))

/** The page in sight. */
export function PageSwitch(): ReactNode {
  const [address] = useLocation()
  // Before the effects of the page, by which it asks: its calls stay.
  useLayoutEffect(forgetCalls, [address])
  useEffect(() => {
    // Newer browsers answer with a promise, which React would take for the end of this effect.
    void window.scrollTo(0, 0)
  }, [address])
  return (
    <FailureFence key={address}>
      <Suspense fallback={<Waiting />}>
        <Switch>
          {loaded.map(({ path, Body }) => (
            <Route key={path} path={path}>
              {params => <Body params={decoded(params)} />}
            </Route>
          ))}
          <Route>
            <NotThere address={address} />
          </Route>
        </Switch>
      </Suspense>
    </FailureFence>
  )
}

function decoded(params: Readonly<Record<string, string | undefined>>): PageParams {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value ?? '']))
}

function lazyPage(page: PageRoute): ComponentType<{ readonly params: PageParams }> {
  return lazy(async () => ({ default: (await page.load()).Page }))
}

function Waiting(): ReactNode {
  return (
    <Center h={200}>
      <Loader aria-label="The page is loading" />
    </Center>
  )
}

function NotThere({ address }: { readonly address: string }): ReactNode {
  return (
    <Page title="There is no such page">
      <Text>
        Nothing is at <code>{address}</code>.{' '}
        <Anchor component={Link} href="/" underline="always">
          To the overview
        </Anchor>
      </Text>
    </Page>
  )
}
