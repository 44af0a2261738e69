/**
 * Parts of one page whose choice stands in the address (`?tab=…`), so that it can be sent and gone back to.
 * Takes them. Gives the one in sight, and the links to all.
 */
import type { ReactNode } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { PageLinks } from './page-links.js'

export interface AddressTab {
  /** Stands in the address. */
  readonly id: string
  readonly label: string
}

/** The tab in sight: the first one needs no word in the address. */
export function useAddressTab<T extends AddressTab>(tabs: readonly [T, ...T[]]): T {
  const [params] = useSearchParams()
  const asked = params.get('tab')
  return tabs.find(({ id }) => id === asked) ?? tabs[0]
}

interface AddressTabsProps {
  /** What the tabs are about, for who does not see them. */
  readonly label: string
  readonly tabs: readonly AddressTab[]
  /** The one in sight. */
  readonly shown: AddressTab
}

/** The links. Another tab is another place: what the former one had put into the address goes. */
export function AddressTabs({ label, tabs, shown }: AddressTabsProps): ReactNode {
  const [address] = useLocation()
  return (
    <PageLinks
      label={label}
      links={tabs.map(({ id, label: text }, index) => ({
        label: text,
        address: index === 0 ? address : `${address}?tab=${id}`,
        isHere: id === shown.id,
      }))}
    />
  )
}
