/**
 * What happens next, as management says it; a call in it that a page of the console makes leads there.
 * The link has the colour of the words around it: they stand on a coloured ground.
 */
import { Anchor } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { pathTo, type Names } from './names.js'

interface NextWordsProps {
  readonly names: Names
  /** The words of a finding. */
  readonly next: string
}

/** The words. */
export function NextWords({ names, next }: NextWordsProps): ReactNode {
  const page = pathTo(names, 'dead-letters')
  const call = `GET ${page}`
  const at = next.indexOf(call)
  if (at < 0) return next
  return (
    <>
      {next.slice(0, at)}
      <Anchor component={Link} href={page} c="inherit" inherit underline="always">
        {call}
      </Anchor>
      {next.slice(at + call.length)}
    </>
  )
}
