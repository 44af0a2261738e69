/**
 * The console: theme, memory, addresses and shell around the pages.
 */
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Router } from 'wouter'
import { PageSwitch } from './page-switch.js'
import { queries } from './queries.js'
import { Shell } from './shell.js'
import { SignIn } from './sign-in.js'
import { cssVariables, theme } from './theme.js'

/** Everything on the screen. */
export function App(): ReactNode {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" limit={4} />
        <Router base="/ui">
          <SignIn />
          <Shell>
            <PageSwitch />
          </Shell>
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  )
}
