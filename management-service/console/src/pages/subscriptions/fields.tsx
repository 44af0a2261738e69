/**
 * The fields of a subscription, in the order of what most people need.
 * Gives groups of fields for the form; bounds and defaults are management's, told here as help only.
 */
import { Anchor } from '@mantine/core'
import { Link } from 'wouter'
import type { Field, FieldGroup } from '../../form/field.js'
import { memberOf, type Draft } from '../../form/pointer.js'
import { batchFields, retryFields, serialFields } from './policy-fields.js'

interface FieldsFor {
  readonly topic: string
  /** Null for a new one. */
  readonly subscription: string | null
}

const target: readonly Field[] = [
  { pointer: '/name', label: 'Name', kind: 'text', isFixed: true, help: 'Never changed afterwards' },
  {
    pointer: '/endpoint',
    label: 'Endpoint',
    kind: 'text',
    help: 'https://host/path; with a password: https://user:password@host/, which is shown masked and stays as it is while it is masked',
  },
  { pointer: '/description', label: 'Description', kind: 'text', help: 'What it is for' },
  {
    pointer: '/owner/source',
    label: 'Source of the owner',
    kind: 'text',
    help: 'Plaintext, where no other source is set up',
  },
  { pointer: '/owner/id', label: 'Owner', kind: 'text', help: 'Whom to ask about it' },
  {
    pointer: '/deliveryType',
    label: 'Delivery',
    kind: 'choice',
    fallback: 'SERIAL',
    choices: [
      { value: 'SERIAL', label: 'Each message by itself' },
      { value: 'BATCH', label: 'Several messages in one request' },
    ],
  },
]

const startPosition: Field = {
  pointer: '/startPosition',
  label: 'Begins with',
  kind: 'text',
  help: 'now (default), earliest (all that Kafka still holds), or a moment such as 2026-01-31T12:00:00Z',
}

const order: readonly Field[] = [
  {
    pointer: '/ordering',
    label: 'Order',
    kind: 'choice',
    fallback: 'NONE',
    choices: [
      { value: 'NONE', label: 'None: as fast as it goes' },
      { value: 'KEY', label: 'In order inside each partition key' },
      { value: 'PARTITION', label: 'In order inside each partition' },
    ],
  },
  {
    pointer: '/retry/onKeyFailure',
    label: 'When a message of a key is given up',
    kind: 'choice',
    fallback: 'BLOCK',
    isShown: draft => memberOf(draft, '/ordering') === 'KEY',
    choices: [
      { value: 'BLOCK', label: 'The key goes on with its next message' },
      { value: 'PARK', label: 'The key is parked until somebody releases it' },
    ],
  },
]

const targets: readonly Field[] = [
  {
    pointer: '/mode',
    label: 'Targets',
    kind: 'choice',
    fallback: 'ANYCAST',
    choices: [
      { value: 'ANYCAST', label: 'Each message goes to one of them' },
      { value: 'BROADCAST', label: 'Each message goes to all of them' },
    ],
  },
  {
    pointer: '/endpointAddressResolverMetadata',
    label: 'Several targets',
    kind: 'json',
    help: 'An object with "instances": a list of addresses in place of the endpoint, or "dns": a name to look up',
  },
]

const sent: readonly Field[] = [
  {
    pointer: '/contentType',
    label: 'Sent as',
    kind: 'choice',
    fallback: 'JSON',
    choices: [
      { value: 'JSON', label: 'JSON' },
      { value: 'AVRO', label: 'Avro' },
    ],
  },
  {
    pointer: '/headers',
    label: 'Fixed headers',
    kind: 'json',
    help: 'A list such as [{"name": "X-Team", "value": "shop"}], sent with each delivery',
  },
  {
    pointer: '/cloudEvents',
    label: 'CloudEvents',
    kind: 'choice',
    choices: [
      { value: 'binary', label: 'Binary: attributes as headers' },
      { value: 'structured', label: 'Structured: one JSON envelope' },
    ],
    help: 'For subscribers that want them; left out, messages go as they were published',
  },
  { pointer: '/http2Enabled', label: 'HTTP/2', kind: 'switch' },
  {
    pointer: '/subscriptionIdentityHeadersEnabled',
    label: 'Headers with the names of topic and subscription',
    kind: 'switch',
  },
]

const hasToken = (draft: Draft): boolean => typeof memberOf(draft, '/oAuthPolicy/grantType') === 'string'
const isByPassword = (draft: Draft): boolean => memberOf(draft, '/oAuthPolicy/grantType') === 'password'

const token: readonly Field[] = [
  {
    pointer: '/oAuthPolicy/grantType',
    label: 'Token',
    kind: 'choice',
    choices: [
      { value: 'clientCredentials', label: 'By client credentials' },
      { value: 'password', label: 'By user name and password' },
    ],
    help: 'Left out, deliveries carry no OAuth token',
  },
  { pointer: '/oAuthPolicy/providerName', label: 'OAuth provider', kind: 'text', isShown: hasToken },
  { pointer: '/oAuthPolicy/scope', label: 'Scope', kind: 'text', isShown: hasToken },
  { pointer: '/oAuthPolicy/username', label: 'User name', kind: 'text', isShown: isByPassword },
  {
    pointer: '/oAuthPolicy/password',
    label: 'Password',
    kind: 'secret',
    isShown: isByPassword,
    help: 'Stars stand for the stored one',
  },
]

const watching: readonly Field[] = [
  {
    pointer: '/trackingMode',
    label: 'Trace',
    kind: 'choice',
    fallback: 'trackingOff',
    choices: [
      { value: 'trackingOff', label: 'Nothing is traced' },
      { value: 'discardedOnly', label: 'What is given up' },
      { value: 'trackingAll', label: 'Every attempt' },
    ],
    help: 'What the trace of a message tells',
  },
  {
    pointer: '/monitoringDetails/severity',
    label: 'How much a failure matters',
    kind: 'choice',
    fallback: 'NON_IMPORTANT',
    choices: [
      { value: 'CRITICAL', label: 'Critical' },
      { value: 'IMPORTANT', label: 'Important' },
      { value: 'NON_IMPORTANT', label: 'Not important' },
    ],
  },
  { pointer: '/monitoringDetails/reaction', label: 'What to do then', kind: 'text' },
  {
    pointer: '/metricsConfig/messageProcessing/enabled',
    label: 'Histogram of times from publishing to delivery',
    kind: 'switch',
  },
  {
    pointer: '/metricsConfig/messageProcessing/thresholdsMilliseconds',
    label: 'Its thresholds',
    kind: 'json',
    isShown: draft => memberOf(draft, '/metricsConfig/messageProcessing/enabled') === true,
    help: 'A list of milliseconds, such as [100, 500, 1000]',
  },
  { pointer: '/profilingEnabled', label: 'Log where slow messages spend their time', kind: 'switch' },
  {
    pointer: '/profilingThresholdMs',
    label: 'Slow from',
    kind: 'number',
    unit: 'ms',
    isShown: draft => memberOf(draft, '/profilingEnabled') === true,
  },
  {
    pointer: '/autoDeleteWithTopicEnabled',
    label: 'Goes with its topic',
    kind: 'switch',
    help: 'Removing the topic removes the subscription too',
  },
]

function filtersField({ topic, subscription }: FieldsFor): Field {
  const query = new URLSearchParams({ topic, ...(subscription === null ? {} : { subscription }) }).toString()
  return {
    pointer: '/filters',
    label: 'Filters',
    kind: 'json',
    help: (
      <>
        A list such as {'[{"type": "jsonpath", "path": "$.status", "matcher": "new|paid"}]'}; a message must
        pass all. Without any, all messages are delivered.{' '}
        <Anchor
          component={Link}
          href={`/filter-lab?${query}`}
          target="_blank"
          rel="noopener"
          size="xs"
          underline="always"
        >
          Try them on real messages
        </Anchor>
      </>
    ),
  }
}

/** The groups of the form. */
export function fieldsOf(place: FieldsFor): readonly FieldGroup[] {
  const isNew = place.subscription === null
  return [
    { title: 'Where to', isOpen: true, fields: isNew ? [...target, startPosition] : target },
    { title: 'Pace and patience', isOpen: true, fields: [...serialFields, ...batchFields] },
    { title: 'Which messages', isOpen: !isNew, fields: [filtersField(place)] },
    { title: 'Order', isOpen: false, fields: order },
    { title: 'Retries by status, and for days', isOpen: false, fields: retryFields },
    { title: 'What is sent', isOpen: false, fields: sent },
    { title: 'OAuth token', isOpen: false, fields: token },
    { title: 'Several targets', isOpen: false, fields: targets },
    { title: 'Watching it', isOpen: false, fields: watching },
  ]
}
