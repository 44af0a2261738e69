/**
 * What the primary and its workers say to each other.
 */
import type { StatusAnswer } from '@iris/common/http/status-routes'
import type { MetricsSnapshot } from '@iris/common/metrics/registry'

/** A worker's words. */
export type WorkerWord =
  /** It can take messages, or not any more. */
  | { readonly kind: 'state'; readonly isReady: boolean }
  /** Somebody asked it for a status page. */
  | { readonly kind: 'ask'; readonly id: number; readonly path: string }
  /** It accepts no further connection. */
  | { readonly kind: 'portClosed' }
  | { readonly kind: 'metrics'; readonly id: number; readonly snapshot: MetricsSnapshot }

/** The primary's words. */
export type PrimaryWord =
  | { readonly kind: 'stop' }
  /** No worker accepts a connection any more, or only this one is to stop. */
  | { readonly kind: 'allClosed' }
  | { readonly kind: 'page'; readonly id: number; readonly answer: StatusAnswer }
  | { readonly kind: 'measure'; readonly id: number }
