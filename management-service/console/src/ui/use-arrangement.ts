/**
 * The order and the words of a table, as they stand in the address.
 * Takes the table. Gives both and how they are changed: in the place of the address in sight, so that the way
 * back leads to the page before and not through each letter. Words are written after `pauseMs`, or with
 * `settle`.
 */
import { useEffect, useMemo, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import { after } from '../time/clock.js'
import type { Order } from './arrange.js'
import { findKey, orderOf, sortKey, withOrder, withWords, type Addressed } from './table-address.js'

const pauseMs = 300

export interface ChangingArrangement {
  readonly words: string
  readonly order: Order | null
  setWords(words: string): void
  setOrder(order: Order): void
  /** Writes the words now: the person leaves. */
  settle(): void
}

/** The arrangement of this table. */
export function useArrangement({ name, columns, firstOrder }: Addressed): ChangingArrangement {
  const [params, setParams] = useSearchParams()
  const asked = params.get(sortKey({ name }))
  const told = params.get(findKey({ name })) ?? ''
  const [words, setWords] = useState(told)
  const written = useRef(told)
  const table = { name, columns, firstOrder }
  const order = useMemo(() => orderOf(asked, table), [asked, columns, firstOrder?.column, firstOrder?.isDown])

  const settle = (): void => {
    if (words.trim() === written.current) return
    written.current = words.trim()
    setParams(query => withWords(query, table, words), { replace: true })
  }
  useEffect(() => after(pauseMs, settle), [words])
  useEffect(() => {
    // Not by this table: a link, or the way back.
    if (told === written.current) return
    written.current = told
    setWords(told)
  }, [told])
  return {
    ...{ words, order, setWords, settle },
    setOrder: next => setParams(query => withOrder(query, table, next), { replace: true }),
  }
}
