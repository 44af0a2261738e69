/**
 * Parts of one page whose choice stands in the address (`?tab=…`), so that it can be sent and gone back to.
 * Takes them. Gives the links to them and the one in sight; the others are not made.
 */
import type { ReactNode } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { PageLinks } from './page-links.js'

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
  const [address] = useLocation()
  const [params] = useSearchParams()
  const [first] = tabs
  const asked = params.get('tab')
  const shown = tabs.find(({ id }) => id === asked) ?? first
  return (
    <>
      <PageLinks
        label={label}
        links={tabs.map(({ id, label: text }) => ({
          label: text,
          address: id === first?.id ? address : `${address}?tab=${id}`,
          isHere: id === shown?.id,
        }))}
      />
      {shown?.panel()}
    </>
  )
}
