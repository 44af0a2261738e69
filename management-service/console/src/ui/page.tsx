/**
 * The frame of a page: its title, the way up, what can be done here.
 * Who comes from another page begins at its heading: that tells which page it is to who does not see it.
 */
import { Anchor, Breadcrumbs, Group, Stack, Title, VisuallyHidden } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useEffect, useRef, type ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { createArrivals } from './arrival.js'

interface PageProps {
  readonly title: string
  /** Which part of what the title names, where it has several pages. */
  readonly part?: string
  /** The pages above, outermost first. */
  readonly above?: readonly { readonly label: string; readonly address: string }[]
  /** Buttons beside the title. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

const arrive = createArrivals()

/** A page. */
export function Page({ title, part, above = [], actions, children }: PageProps): ReactNode {
  const [address] = useLocation()
  const heading = useRef<HTMLHeadingElement>(null)
  useDocumentTitle([...(part === undefined ? [] : [part]), title, 'Iris'].join(' · '))
  useEffect(() => arrive(address, () => heading.current?.focus({ preventScroll: true })), [address])
  return (
    <Stack gap="md">
      {above.length > 0 && (
        <Breadcrumbs aria-label="Where this page is">
          {above.map(({ label, address: to }) => (
            <Anchor key={to} component={Link} href={to} size="sm">
              {label}
            </Anchor>
          ))}
        </Breadcrumbs>
      )}
      <Group justify="space-between">
        <Title ref={heading} order={1} size="h2" tabIndex={-1}>
          {title}
          {part !== undefined && <VisuallyHidden component="span">: {part}</VisuallyHidden>}
        </Title>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  )
}
