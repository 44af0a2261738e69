/**
 * The page of one subscription: how it does, and its settings and signing keys behind `?tab=`.
 */
import type { ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import type { PageParams } from '../../app/page-route.js'
import { partOfTab, SubscriptionFrame } from './frame.js'
import { namesIn } from './names.js'
import { Overview } from './overview.js'
import { Settings } from './settings.js'
import { SigningKeys } from './signing-keys.js'

/** The page. */
export function Page({ params }: { readonly params: PageParams }): ReactNode {
  const names = namesIn(params)
  const [query] = useSearchParams()
  const part = partOfTab(query.get('tab'))
  return (
    <SubscriptionFrame names={names} part={part}>
      {subscription => {
        if (part === 'settings') return <Settings names={names} subscription={subscription} />
        if (part === 'signing') return <SigningKeys names={names} subscription={subscription} />
        return <Overview names={names} subscription={subscription} />
      }}
    </SubscriptionFrame>
  )
}
