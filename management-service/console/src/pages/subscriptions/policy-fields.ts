// pure
/**
 * The fields that say how fast a subscription is sent to and how long it is tried.
 */
import type { Field } from '../../form/field.js'
import { memberOf, type Draft } from '../../form/pointer.js'

const isBatch = (draft: Draft): boolean => memberOf(draft, '/deliveryType') === 'BATCH'
const isSerial = (draft: Draft): boolean => !isBatch(draft)

const clientErrors = {
  pointer: '/subscriptionPolicy/retryClientErrors',
  label: 'Try again after 4xx',
  kind: 'switch',
  help: 'Otherwise a refused message becomes a dead letter at once',
} as const

/** Of one-by-one delivery. */
export const serialFields: readonly Field[] = [
  serial('rate', 'Rate', 'messages/s', 'At most, over all consumers; default 400'),
  serial('inflightSize', 'In flight', 'requests', 'Open at once; default 100'),
  serial('requestTimeout', 'Time for a request', 'ms', 'Dial to last byte; default 1000'),
  serial('messageTtl', 'Tried for', 's', 'Then it is a dead letter; default 3600, at most 7200'),
  serial('messageBackoff', 'First wait between attempts', 'ms', 'Default 100'),
  {
    ...serial('backoffMultiplier', 'Each further wait is longer by', '×', 'From 1 to 10; default 1'),
    isDecimal: true,
  },
  serial('backoffMaxIntervalInSec', 'Longest wait', 's', 'Default 600'),
  { ...clientErrors, isShown: isSerial },
  serial('sendingDelay', 'Sent not before', 'ms', 'After publishing; at most 5000'),
  serial('socketTimeout', 'Silence that ends a request', 'ms', '0 switches it off'),
]

/** Of delivery in batches. */
export const batchFields: readonly Field[] = [
  batch('batchSize', 'Messages of a batch', 'messages', 'At most; default 100'),
  batch('batchTime', 'A batch waits for', 'ms', 'At most, for more messages; default 30000'),
  batch('batchVolume', 'Size of a batch', 'bytes', 'At most; default 64000'),
  batch('requestTimeout', 'Time for a request', 'ms', 'Default 30000'),
  batch('messageTtl', 'Tried for', 's', 'Then it is a dead letter; default 60'),
  batch('messageBackoff', 'Wait between attempts', 'ms', 'Default 500'),
  { ...clientErrors, isShown: isBatch },
]

const hasRetry = (draft: Draft): boolean => typeof (memberOf(draft, '/retry') ?? undefined) === 'object'

/** Of `retry`. */
export const retryFields: readonly Field[] = [
  {
    pointer: '/retry/rules',
    label: 'What follows which answer',
    kind: 'json',
    help:
      'A list such as [{"on": "404", "then": "discard"}, {"on": "timeout", "then": "retry", "delayMs": 60000}]. ' +
      'on: a status, 4xx, 500-599, timeout, network or any; then: retry, deadLetter, discard or pause',
  },
  retry('windowSeconds', 'Tried for', 's', 'Up to the retention of the topic; in place of the hours above'),
  retry('backoffMs', 'First wait', 'ms', 'In place of the one above'),
  { ...retry('backoffMultiplier', 'Each further wait is longer by', '×', 'From 1 to 10'), isDecimal: true },
  retry('backoffMaxSeconds', 'Longest wait', 's', 'At most a day'),
  retry('fastAttempts', 'Attempts at short waits', 'attempts', 'Then every wait is 10 s or longer'),
  {
    pointer: '/retry/delayTopic',
    label: 'Long waits are spent in Kafka',
    kind: 'switch',
    isOnByDefault: true,
    isShown: hasRetry,
    help: 'Otherwise in memory, where they take room',
  },
]

type NumberField = Extract<Field, { readonly kind: 'number' }>

function number(pointer: string, label: string, unit: string, help: string): NumberField {
  return { pointer, label, kind: 'number', unit, help }
}

function serial(name: string, label: string, unit: string, help: string): NumberField {
  return { ...number(`/subscriptionPolicy/${name}`, label, unit, help), isShown: isSerial }
}

function batch(name: string, label: string, unit: string, help: string): NumberField {
  return { ...number(`/subscriptionPolicy/${name}`, label, unit, help), isShown: isBatch }
}

function retry(name: string, label: string, unit: string, help: string): NumberField {
  return number(`/retry/${name}`, label, unit, help)
}
