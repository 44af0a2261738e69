/**
 * The configuration keys of messages that are answered before Kafka has them.
 */
import { bytes, count, key, ms, text } from '@iris/common/config/declare'

const mebibyte = 1024 * 1024
const day = 86_400_000

export const spoolKeys = {
  spoolDirectory: key(
    'frontend.spool.directory',
    text(80),
    '',
    'Directory of this frontend alone for messages that are answered 202 before Kafka has them; empty: none ' +
      'are, and `Prefer: respond-async` is ignored',
  ),
  spoolBytesMax: key(
    'frontend.spool.bytesMax',
    bytes(mebibyte, 1024 * 1024 * mebibyte),
    1024 * mebibyte,
    'Bytes of the files of such messages; more is 507',
  ),
  spoolMessagesMax: key(
    'frontend.spool.messagesMax',
    count(1, 10_000_000),
    200_000,
    'Such messages that wait for Kafka; each takes some 300 bytes of memory; more is 507',
  ),
  spoolWaitingBytesMax: key(
    'frontend.spool.waitingBytesMax',
    bytes(mebibyte, 1024 * mebibyte),
    64 * mebibyte,
    'Bytes of such messages in memory that the disk has not taken yet; more is 503, such as on a disk that hangs',
  ),
  spoolStatusMax: key(
    'frontend.spool.statusMax',
    count(0, 10_000_000),
    50_000,
    'Messages whose status is still told after Kafka has taken or refused them, the newest',
  ),
  spoolStatusRetentionMs: key(
    'frontend.spool.statusRetention',
    ms(1_000, 365 * day),
    day,
    'How long it is told; then 404',
  ),
  spoolRefusedBytesMax: key(
    'frontend.spool.refusedBytesMax',
    bytes(mebibyte, 1024 * 1024 * mebibyte),
    64 * mebibyte,
    'Bytes of the two files of messages that Kafka will never take; the older file is dropped beyond',
  ),
} as const
