/**
 * What is said where there is nothing; to who has a key also that it may be the key that sees nothing.
 */
import type { ReactNode } from 'react'
import { session } from '../api/session.js'

/** The sentence. */
export function NoneYet({ children }: { readonly children: ReactNode }): ReactNode {
  const { key } = session.use()
  return (
    <>
      {children}
      {key !== null && ' What others have made, your key may not see.'}
    </>
  )
}
