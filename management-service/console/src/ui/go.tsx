/**
 * A link to another page of the console, in the size of the text around it.
 */
import { Anchor } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'wouter'

interface GoProps {
  /** Below `/ui`. */
  readonly to: string
  readonly children: ReactNode
}

/** The link. */
export function Go({ to, children }: GoProps): ReactNode {
  return (
    <Anchor component={Link} href={to} inherit>
      {children}
    </Anchor>
  )
}
