// pure
/**
 * The metrics of messages that are answered before Kafka has them; part of the frontend's table.
 */
import { define } from './define.js'

export const spoolMetrics = {
  spoolMessages: define('gauge', 'spool_messages', [], 'Accepted messages that are not in Kafka yet'),
  spoolBytes: define('gauge', 'spool_bytes', [], 'Bytes of the files that hold accepted messages'),
  spoolOldest: {
    ...define(
      'gauge',
      'spool_oldest_age_seconds',
      [],
      'How long the oldest accepted message has waited for Kafka',
    ),
    isSame: true,
  },
  spoolAccepted: define('counter', 'spool_accepted_total', [], 'Messages made durable in the spool'),
  spoolStored: define('counter', 'spool_stored_total', [], 'Messages of the spool that Kafka has taken'),
  spoolRefused: define(
    'counter',
    'spool_refused_total',
    [],
    'Messages of the spool that Kafka will never take; they lie in refused.ndjson',
  ),
  spoolSync: define('summary', 'spool_sync_seconds', [], 'How long making a group of messages durable takes'),
  spoolTornTails: define(
    'gauge',
    'spool_torn_tails',
    [],
    'Files whose unfinished end was cut off at the start of this process',
  ),
  spoolDamaged: define(
    'gauge',
    'spool_damaged_bytes',
    [],
    'Bytes found changed after they had been written: accepted messages may be lost',
  ),
} as const
