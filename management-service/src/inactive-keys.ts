/**
 * Configuration keys of the daily look for inactive topics.
 */
import { count, flag, key, list, ms, text } from '@iris/common/config/declare'
import { timeOfDay } from './inactive/schedule.js'

const dayMs = 86_400_000

export const inactiveTopicKeys = {
  isInactivityDetected: key(
    'detection.inactive-topics.enabled',
    flag(),
    false,
    'Whether topics that nobody publishes to are looked for once a day',
  ),
  inactivityMs: key(
    'detection.inactive-topics.inactivity-threshold',
    ms(60_000, 3_650 * dayMs),
    60 * dayMs,
    'A topic without a message for so long is inactive',
  ),
  nextNotificationMs: key(
    'detection.inactive-topics.next-notification-threshold',
    ms(60_000, 3_650 * dayMs),
    14 * dayMs,
    'Time between two words in the log about the same topic',
  ),
  inactivityWhitelist: key(
    'detection.inactive-topics.whitelisted-qualified-topic-names',
    list(10_000),
    [],
    'Topics that may be silent: listed as such, and never said in the log',
  ),
  inactivityCron: key(
    'detection.inactive-topics.cron',
    text(100).refine(cron => timeOfDay(cron) !== null, 'a time of day in UTC: `second minute hour * * *`'),
    '0 0 8 * * *',
    'When it is looked, in UTC',
  ),
  inactivityHistoryMax: key(
    'detection.inactive-topics.notifications-history-limit',
    count(1, 1_000),
    5,
    'Times of such words that are kept for a topic',
  ),
} as const
