/**
 * A moment: how long ago, with the exact time for who points at it.
 */
import { Text, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'
import { useNow } from '../time/use-now.js'
import { agoOf } from './words.js'

/** Takes milliseconds since 1970 or ISO 8601. */
export function Moment({ at }: { readonly at: number | string }): ReactNode {
  const now = useNow(5000)
  const date = new Date(at)
  const text = date.toISOString()
  return (
    <Tooltip label={text}>
      <Text span inherit component="time" dateTime={text}>
        {agoOf(date.getTime(), now)}
      </Text>
    </Tooltip>
  )
}
