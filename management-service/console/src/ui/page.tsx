/**
 * The frame of a page: its title, the way up, what can be done here.
 */
import { Anchor, Breadcrumbs, Group, Stack, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { Link } from 'wouter'

interface PageProps {
  readonly title: string
  /** The pages above, outermost first. */
  readonly above?: readonly { readonly label: string; readonly address: string }[]
  /** Buttons beside the title. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A page. */
export function Page({ title, above = [], actions, children }: PageProps): ReactNode {
  useDocumentTitle(`${title} · Iris`)
  return (
    <Stack gap="md">
      {above.length > 0 && (
        <Breadcrumbs aria-label="Where this page is">
          {above.map(({ label, address }) => (
            <Anchor key={address} component={Link} href={address} size="sm">
              {label}
            </Anchor>
          ))}
        </Breadcrumbs>
      )}
      <Group justify="space-between">
        <Title order={1} size="h2">
          {title}
        </Title>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  )
}
