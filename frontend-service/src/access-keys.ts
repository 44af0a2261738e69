/**
 * The configuration keys of who may publish, and how much.
 */
import { choice, count, decimal, flag, key, list, ms, secretKey, text } from '@iris/common/config/declare'
import { quotaMax } from '@iris/common/domain/topic-quotas'
import { accountPattern } from './access/authentication.js'

const accountsMax = 1_000
const accounts = list(accountsMax).refine(
  all => all.every(account => accountPattern.test(account)),
  'accounts are written name:password',
)
const types = ['unlimited', 'fixed', 'dynamic']
const throughputType = text(20).refine(
  type => types.includes(type.toLowerCase()),
  `one of ${types.join(', ')}`,
)
const amount = decimal(0, Number.MAX_SAFE_INTEGER)
const limit = decimal(0, quotaMax)

/** Who is who. */
export const authenticationKeys = {
  isAuthenticating: key(
    'frontend.handlers.authentication.enabled',
    flag(),
    false,
    'Whether publishers can say who they are; without it, topics that want to know it are closed',
  ),
  authenticationMode: key(
    'frontend.handlers.authentication.mode',
    choice(['constraint_driven', 'pro_active']),
    'constraint_driven',
    'Whether credentials are judged only on topics that ask for them, or wherever they are sent',
  ),
  basicAccounts: secretKey<readonly string[]>(
    'frontend.handlers.authentication.basic',
    accounts,
    [],
    'Accounts for HTTP Basic, `name:password` each; a topic names those that may publish in `auth.publishers`',
  ),
} as const

/** Hermes' limits of throughput, a frontend for itself. */
export const throughputKeys = {
  throughputType: key(
    'frontend.throughput.type',
    throughputType,
    'unlimited',
    'How the average bytes a second are limited: `unlimited`, `fixed` or `dynamic`',
  ),
  throughputFixedMax: key(
    'frontend.throughput.fixedMax',
    amount,
    Number.MAX_SAFE_INTEGER,
    'Bytes a second of a topic, with `fixed`',
  ),
  throughputMax: key(
    'frontend.throughput.dynamicMax',
    amount,
    Number.MAX_SAFE_INTEGER,
    'Bytes a second of a topic, and of all together, with `dynamic`',
  ),
  throughputThreshold: key(
    'frontend.throughput.dynamicThreshold',
    amount,
    Number.MAX_SAFE_INTEGER,
    'Bytes a second of all together from which the busiest topics are limited further',
  ),
  throughputDesired: key(
    'frontend.throughput.dynamicDesired',
    amount,
    Number.MAX_SAFE_INTEGER,
    'Bytes a second that topics get then, divided by the number of those in use',
  ),
  throughputIdle: key(
    'frontend.throughput.dynamicIdle',
    amount,
    0.5,
    'Bytes a second up to which a topic is not in use',
  ),
  throughputCheckMs: key(
    'frontend.throughput.dynamicCheckInterval',
    ms(1_000, 3_600_000),
    30_000,
    'How often that is decided',
  ),
} as const

/** Quotas of topics that name none of their own; 0 is none. */
export const quotaKeys = {
  quotaMessages: key(
    'frontend.quotas.messagesPerSecond',
    limit,
    0,
    'Messages a second of a topic, over all frontends; 0 is no limit. A topic’s own `quotas` come first',
  ),
  quotaBytes: key('frontend.quotas.bytesPerSecond', limit, 0, 'The same in bytes of bodies'),
  quotaPublisherMessages: key(
    'frontend.quotas.publisherMessagesPerSecond',
    limit,
    0,
    'Messages a second of one publisher on one topic',
  ),
  quotaPublisherBytes: key(
    'frontend.quotas.publisherBytesPerSecond',
    limit,
    0,
    'The same in bytes of bodies',
  ),
  quotaPublisherHeader: key(
    'frontend.quotas.publisherHeader',
    text(100),
    '',
    'Header that names a publisher who has no account; empty: its address. Set it only behind a proxy that ' +
      'writes it',
  ),
  quotaWindowMs: key(
    'frontend.quotas.window',
    ms(100, 60_000),
    1_000,
    'How much of a quota may come at once, in time of it',
  ),
  quotaPublishersMax: key(
    'frontend.quotas.publishersMax',
    count(1, 1_000_000),
    10_000,
    'Publishers remembered; the one unseen for longest is forgotten',
  ),
} as const
