/**
 * What management tells about one subscription.
 */
import type { ReadOf, Shapes } from '../../api/client.js'

/** Its definition, passwords masked. */
export type Subscription = Shapes['Subscription']

/** What holds it back. */
export type Diagnosis = ReadOf<'/topics/{topic}/subscriptions/{subscription}/why'>
export type Finding = Diagnosis['findings'][number]

/** Counts, and rates as texts. */
export type Metrics = ReadOf<'/topics/{topic}/subscriptions/{subscription}/metrics'>
