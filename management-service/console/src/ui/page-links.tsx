/**
 * The parts of a page as links, so that each has its own address.
 * Takes them and which one is in sight. Gives a line that wraps where there is no room.
 */
import { Button, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'wouter'

export interface PageLink {
  readonly label: string
  /** Below `/ui`, with its query. */
  readonly address: string
  readonly isHere: boolean
}

interface PageLinksProps {
  /** What they are parts of, for who does not see them. */
  readonly label: string
  readonly links: readonly PageLink[]
}

/** The line. */
export function PageLinks({ label, links }: PageLinksProps): ReactNode {
  return (
    <Group component="nav" aria-label={label} gap={4}>
      {links.map(({ label: text, address, isHere }) => (
        <Button
          key={address}
          component={Link}
          href={address}
          size="compact-md"
          variant={isHere ? 'filled' : 'default'}
          aria-current={isHere ? 'page' : undefined}
        >
          {text}
        </Button>
      ))}
    </Group>
  )
}
