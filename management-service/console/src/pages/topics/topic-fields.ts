/**
 * The fields of a topic, in the order of what most people need.
 * Gives groups of fields for the form; bounds and defaults are management's, told here as help only.
 */
import type { Field, FieldGroup } from '../../form/field.js'
import { memberOf, type Draft } from '../../form/pointer.js'

const isAvro = (draft: Draft): boolean => memberOf(draft, '/contentType') === 'AVRO'
const isGuarded = (draft: Draft): boolean => memberOf(draft, '/auth/enabled') === true
const chaosIs =
  (mode: string) =>
  (draft: Draft): boolean =>
    memberOf(draft, '/chaos/mode') === mode

const first: readonly Field[] = [
  {
    pointer: '/name',
    label: 'Name',
    kind: 'text',
    isFixed: true,
    help: 'GROUP.NAME, such as shop.orders. The group exists already; the name is never changed.',
  },
  { pointer: '/description', label: 'Description', kind: 'text', help: 'What its messages tell' },
  { pointer: '/owner/id', label: 'Owner', kind: 'text', help: 'The team to ask about it' },
  {
    pointer: '/contentType',
    label: 'Content',
    kind: 'choice',
    choices: [
      { value: 'JSON', label: 'JSON' },
      { value: 'AVRO', label: 'AVRO, with a schema registry' },
    ],
    fallback: 'JSON',
    help: 'JSON may become AVRO later, AVRO stays.',
  },
  {
    pointer: '/schema',
    label: 'AVRO schema',
    kind: 'lines',
    isShown: isAvro,
    help: 'A record with the field __metadata; a change adds a version.',
  },
  {
    pointer: '/retentionTime/duration',
    label: 'Messages are kept for',
    kind: 'number',
    min: 0,
    help: 'Within this time a subscription can be brought back to an earlier message.',
  },
  {
    pointer: '/retentionTime/retentionUnit',
    label: 'Unit of that time',
    kind: 'choice',
    choices: ['MINUTES', 'HOURS', 'DAYS'].map(value => ({ value, label: value.toLowerCase() })),
    fallback: 'DAYS',
  },
]

const publishing: readonly Field[] = [
  {
    pointer: '/maxMessageSize',
    label: 'Largest message',
    kind: 'number',
    unit: 'bytes',
    help: '1,024 to 2,097,152; 51,200 where nothing is said',
  },
  {
    pointer: '/respondAsync',
    label: 'Publishers are answered',
    kind: 'choice',
    choices: [
      { value: 'ON_REQUEST', label: 'once Kafka has the message' },
      { value: 'FALLBACK', label: "once the frontend's disk has it, where Kafka is slow" },
      { value: 'ALWAYS', label: "once the frontend's disk has it" },
    ],
    fallback: 'ON_REQUEST',
  },
  {
    pointer: '/ack',
    label: 'Acknowledged by',
    kind: 'choice',
    choices: [
      { value: 'LEADER', label: 'LEADER' },
      { value: 'ALL', label: 'ALL' },
    ],
    fallback: 'LEADER',
    help: 'Iris waits for all replicas in sync either way; Hermes tells them apart.',
  },
  {
    pointer: '/idempotencyKeyRequired',
    label: 'Each message needs an Idempotency-Key',
    kind: 'switch',
    help: 'So that a repeated request stores it once',
  },
  {
    pointer: '/publishing/blocked',
    label: 'Publishing is stopped',
    kind: 'switch',
    help: 'At once, for everybody; what is stored is still delivered.',
  },
  {
    pointer: '/publishing/reason',
    label: 'Why it is stopped',
    kind: 'text',
    isShown: draft => memberOf(draft, '/publishing/blocked') === true,
    help: 'Told to the publishers',
  },
]

const access: readonly Field[] = [
  {
    pointer: '/auth/enabled',
    label: 'Only some may publish',
    kind: 'switch',
    help: 'Those named below who also have the role publisher in the group',
  },
  {
    pointer: '/auth/publishers',
    label: 'Publishers',
    kind: 'json',
    isShown: isGuarded,
    help: 'Names of accounts or keys, as a list: ["shop", "crm"]',
  },
  {
    pointer: '/auth/unauthenticatedAccessEnabled',
    label: 'Also who does not say who they are',
    kind: 'switch',
    isShown: isGuarded,
  },
  { pointer: '/subscribingRestricted', label: 'Only owners may subscribe', kind: 'switch' },
]

const none = 'Empty: the default of the installation. 0: no limit.'

const limits: readonly Field[] = [
  {
    pointer: '/quotas/messagesPerSecond',
    label: 'Messages a second',
    kind: 'number',
    min: 0,
    isDecimal: true,
    help: none,
  },
  { pointer: '/quotas/bytesPerSecond', label: 'Bytes a second', kind: 'number', min: 0, isDecimal: true },
  {
    pointer: '/quotas/publisherMessagesPerSecond',
    label: 'Messages a second of each publisher',
    kind: 'number',
    min: 0,
    isDecimal: true,
  },
  {
    pointer: '/quotas/publisherBytesPerSecond',
    label: 'Bytes a second of each publisher',
    kind: 'number',
    min: 0,
    isDecimal: true,
  },
]

const kinds: readonly Field[] = [
  {
    pointer: '/kind',
    label: 'Its messages are',
    kind: 'choice',
    choices: [
      { value: 'EVENT', label: 'facts, for any number of subscriptions' },
      { value: 'COMMAND', label: 'orders, for one subscription' },
    ],
    fallback: 'EVENT',
  },
  {
    pointer: '/compaction',
    label: 'What is kept',
    kind: 'choice',
    isFixed: true,
    choices: [
      { value: 'NONE', label: 'all messages, for the time above' },
      { value: 'KEY', label: 'the newest message of each partition key, for ever' },
    ],
    fallback: 'NONE',
    help: 'Never changed afterwards',
  },
]

const avro: readonly Field[] = [
  {
    pointer: '/jsonToAvroDryRun',
    label: 'Try each JSON message against the AVRO schema',
    kind: 'switch',
    isShown: draft => !isAvro(draft),
    help: 'Nothing is refused; frontends count what would not fit.',
  },
  {
    pointer: '/migratedFromJsonType',
    label: 'Its older messages are JSON',
    kind: 'switch',
    help: 'Set it when a JSON topic becomes AVRO.',
  },
]

const others: readonly Field[] = [
  {
    pointer: '/trackingEnabled',
    label: 'Track each message',
    kind: 'switch',
    help: "For Hermes' tracking; Iris traces messages in any case.",
  },
  {
    pointer: '/fallbackToRemoteDatacenterEnabled',
    label: 'Publish to another data centre when this one fails',
    kind: 'switch',
  },
  { pointer: '/offlineStorage/enabled', label: 'To be stored elsewhere', kind: 'switch' },
  {
    pointer: '/offlineStorage/retentionTime/infinite',
    label: 'Stored elsewhere for ever',
    kind: 'switch',
    isShown: draft => memberOf(draft, '/offlineStorage/enabled') === true,
  },
  {
    pointer: '/offlineStorage/retentionTime/duration',
    label: 'Stored elsewhere for',
    kind: 'number',
    unit: 'days',
    isShown: draft =>
      memberOf(draft, '/offlineStorage/enabled') === true &&
      memberOf(draft, '/offlineStorage/retentionTime/infinite') !== true,
  },
  { pointer: '/owner/source', label: 'Source of the owner', kind: 'text', help: 'Plaintext is free text.' },
]

const chaos: readonly Field[] = [
  {
    pointer: '/chaos/mode',
    label: 'Disturb publishing',
    kind: 'choice',
    choices: [
      { value: 'DISABLED', label: 'no' },
      { value: 'GLOBAL', label: 'everywhere alike' },
      { value: 'DATACENTER', label: 'by data centre' },
    ],
    fallback: 'DISABLED',
    help: 'To try how publishers bear it; where frontend.chaos.enabled is on.',
  },
  {
    pointer: '/chaos/globalPolicy/probability',
    label: 'Messages disturbed',
    kind: 'number',
    unit: '%',
    isShown: chaosIs('GLOBAL'),
  },
  {
    pointer: '/chaos/globalPolicy/delayFrom',
    label: 'Delayed by at least',
    kind: 'number',
    unit: 'ms',
    isShown: chaosIs('GLOBAL'),
  },
  {
    pointer: '/chaos/globalPolicy/delayTo',
    label: 'Delayed by at most',
    kind: 'number',
    unit: 'ms',
    isShown: chaosIs('GLOBAL'),
  },
  {
    pointer: '/chaos/globalPolicy/completeWithError',
    label: 'Then refuse them',
    kind: 'switch',
    isShown: chaosIs('GLOBAL'),
  },
  {
    pointer: '/chaos/datacenterPolicies',
    label: 'By data centre',
    kind: 'json',
    isShown: chaosIs('DATACENTER'),
    help: '{"dc": {"probability": 5, "delayFrom": 100, "delayTo": 500, "completeWithError": false}}',
  },
]

/** All fields of a topic. */
export const topicFields: readonly FieldGroup[] = [
  { title: 'Topic', isOpen: true, fields: first },
  { title: 'Publishing', isOpen: false, fields: publishing },
  { title: 'Who may publish and subscribe', isOpen: false, fields: access },
  { title: 'Limits of publishing', isOpen: false, fields: limits },
  { title: 'What it is for', isOpen: false, fields: kinds },
  { title: 'From JSON to AVRO', isOpen: false, fields: avro },
  { title: 'Others', isOpen: false, fields: others },
  { title: 'Chaos', isOpen: false, fields: chaos },
]
