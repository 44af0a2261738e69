/**
 * Tabs of a page whose choice stands in the address (`?tab=…`), so that it can be sent and gone back to.
 * Takes tabs. Gives their list and the panel of the one in sight; the others are not made.
 */
import { Tabs } from '@mantine/core'
import type { ReactNode } from 'react'
import { useSearchParams } from 'wouter'

export interface AddressTab {
  /** Stands in the address. */
  readonly id: string
  readonly label: string
  readonly panel: () => ReactNode
}

interface AddressTabsProps {
  /** What the tabs are about, for who does not see them. */
  readonly label: string
  /** The first one needs no word in the address. */
  readonly tabs: readonly AddressTab[]
}

/** The tabs. Another tab is another place: what the former one had put into the address goes. */
export function AddressTabs({ label, tabs }: AddressTabsProps): ReactNode {
  const [params, setParams] = useSearchParams()
  const [first] = tabs
  const asked = params.get('tab')
  const shown = tabs.find(({ id }) => id === asked) ?? first
  const go = (id: string | null): void => setParams(id === null || id === first?.id ? {} : { tab: id })
  return (
    <Tabs value={shown?.id ?? null} onChange={go} keepMounted={false}>
      <Tabs.List aria-label={label} mb="md">
        {tabs.map(tab => (
          <Tabs.Tab key={tab.id} value={tab.id}>
            {tab.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {shown !== undefined && <Tabs.Panel value={shown.id}>{shown.panel()}</Tabs.Panel>}
    </Tabs>
  )
}
