/**
 * What stands around every page: name, navigation, search, the commands of the page, look, and who is
 * signed in.
 */
import { ActionIcon, Anchor, AppShell, Burger, Group, NavLink, Text, Tooltip } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconTerminal2 } from '@tabler/icons-react'
import { lazy, Suspense, type ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { areaOf } from './area.js'
import { entries } from './pages.js'
import { SchemeSwitch } from './scheme-switch.js'
import { SearchButton } from './search-button.js'
import { SignInButton } from './sign-in.js'
import { Silence } from './silence.js'

/** Loaded when they are looked at first. */
const Commands = lazy(async () => ({ default: (await import('./commands.js')).Commands }))

/** The frame with a page in it. */
export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const [isMenuOpen, menu] = useDisclosure(false)
  const [areCommandsOpen, commands] = useDisclosure(false)
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 200, breakpoint: 'sm', collapsed: { mobile: !isMenuOpen } }}
      padding="md"
    >
      <AppShell.Header>
        <a className="skip-link" href="#page">
          Skip to the page
        </a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={isMenuOpen}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label="Navigation"
            />
            <Anchor component={Link} href="/" underline="never" c="inherit">
              <Text fw={700} style={{ whiteSpace: 'nowrap' }}>
                Iris
              </Text>
            </Anchor>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <SearchButton />
            <Tooltip label="The commands of this page">
              <ActionIcon
                variant="default"
                size="lg"
                onClick={commands.open}
                aria-label="Commands of this page"
              >
                <IconTerminal2 size={18} />
              </ActionIcon>
            </Tooltip>
            <SchemeSwitch />
            <SignInButton />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Areas" className="areas" data-open={isMenuOpen}>
        <Navigation onGo={menu.close} />
      </AppShell.Navbar>
      <AppShell.Main id="page">
        <Silence />
        {children}
      </AppShell.Main>
      <Suspense>{areCommandsOpen && <Commands isOpen onClose={commands.close} />}</Suspense>
    </AppShell>
  )
}

const paths = entries.map(({ path }) => path)

function Navigation({ onGo }: { readonly onGo: () => void }): ReactNode {
  const [address] = useLocation()
  const area = areaOf(address, paths)
  return entries.map(({ path, label, icon: Icon }) => {
    const isHere = path === area
    return (
      <NavLink
        key={path}
        component={Link}
        href={path}
        label={label}
        leftSection={<Icon size={18} />}
        active={isHere}
        aria-current={isHere ? 'page' : undefined}
        onClick={onGo}
      />
    )
  })
}
