/**
 * Light, dark, or as the system has it.
 */
import { ActionIcon, Tooltip, useMantineColorScheme } from '@mantine/core'
import { IconBrightness, IconMoon, IconSun } from '@tabler/icons-react'
import type { ReactNode } from 'react'

const next = { auto: 'light', light: 'dark', dark: 'auto' } as const
const icons = { auto: IconBrightness, light: IconSun, dark: IconMoon } as const
const names = { auto: 'as the system', light: 'light', dark: 'dark' } as const

/** The button that goes on to the next look. */
export function SchemeSwitch(): ReactNode {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const Icon = icons[colorScheme]
  const label = `Look: ${names[colorScheme]}`
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={label}
        onClick={() => setColorScheme(next[colorScheme])}
      >
        <Icon size={18} />
      </ActionIcon>
    </Tooltip>
  )
}
