/**
 * A field of a definition, as a table of fields declares it.
 */
import type { ReactNode } from 'react'
import type { Draft } from './pointer.js'

interface FieldBase {
  /** The member it writes, as a JSON pointer: refusals of management name it in the same way. */
  readonly pointer: string
  readonly label: string
  readonly help?: ReactNode
  /** Left out where it always counts. */
  readonly isShown?: (draft: Draft) => boolean
  /** Set when it is made and never changed. */
  readonly isFixed?: boolean
}

export type Field = FieldBase &
  (
    | { readonly kind: 'text' | 'secret' | 'lines' | 'json' }
    | {
        readonly kind: 'switch'
        /** Whether it is on where the member is left out. */
        readonly isOnByDefault?: boolean
      }
    | {
        readonly kind: 'number'
        readonly unit?: string
        readonly min?: number
        readonly max?: number
        readonly isDecimal?: boolean
      }
    | {
        readonly kind: 'choice'
        readonly choices: readonly { readonly value: string; readonly label: string }[]
        /** The choice that counts where the member is left out; without one it can be left out again. */
        readonly fallback?: string
      }
  )

/** Fields that belong together. */
export interface FieldGroup {
  readonly title: string
  /** Whether it stands open at first: what most people need. */
  readonly isOpen: boolean
  readonly fields: readonly Field[]
}
