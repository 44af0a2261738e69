/**
 * A link to another page of the console, in the size of the text around it.
 */
import { Anchor } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'wouter'

interface GoProps {
  /** Below `/ui`. */
  readonly to: string
  /** Whether words stand around it: then a line says that it is a link, and not its colour alone. */
  readonly isInText?: boolean
  readonly children: ReactNode
}

/** The link. */
export function Go({ to, isInText = false, children }: GoProps): ReactNode {
  return (
    <Anchor component={Link} href={to} inherit underline={isInText ? 'always' : 'hover'}>
      {children}
    </Anchor>
  )
}
