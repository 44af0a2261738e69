/**
 * The page of one subscription: how it does, and its settings behind `?tab=`.
 */
import type { ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import type { PageParams } from '../../app/page-route.js'
import { partOfTab, SubscriptionFrame } from './frame.js'
import { namesIn } from './names.js'
import { Overview } from './overview.js'

/** The page. */
export function Page({ params }: { readonly params: PageParams }): ReactNode {
  const names = namesIn(params)
  const [query] = useSearchParams()
  const part = partOfTab(query.get('tab'))
  return (
    <SubscriptionFrame names={names} part={part}>
      {subscription => <Overview names={names} subscription={subscription} />}
    </SubscriptionFrame>
  )
}
