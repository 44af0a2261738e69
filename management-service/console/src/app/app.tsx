/**
 * The console: theme, memory, addresses and shell around the pages.
 */
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense, type ReactNode } from 'react'
import { Router } from 'wouter'
import { useSearch as useBrowserSearch } from 'wouter/use-browser-location'
import { wasTold } from '../api/notify.js'
import { PageSwitch } from './page-switch.js'
import { queries } from './queries.js'
import { Shell } from './shell.js'
import { SignIn } from './sign-in.js'
import { cssVariables, theme } from './theme.js'

const Notices = lazy(async () => ({ default: (await import('../ui/notices.js')).Notices }))

/**
 * The query of the address. The router decodes it once before it is read as a query, so that a `%` of a value
 * would be read twice: it is encoded once more.
 */
function useWholeSearch(): string {
  return useBrowserSearch().replaceAll('%25', '%2525')
}

/** Everything on the screen. */
export function App(): ReactNode {
  const isNoticeWanted = wasTold.use()
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Suspense>{isNoticeWanted && <Notices />}</Suspense>
        <Router base="/ui" searchHook={useWholeSearch}>
          <SignIn />
          <Shell>
            <PageSwitch />
          </Shell>
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  )
}
