/**
 * The configuration keys of who reads topics at the frontend: streams of events, and messages by the answer.
 */
import { bytes, choice, count, key, list, ms } from '@iris/common/config/declare'

const kibibyte = 1024
const mebibyte = 1024 * kibibyte
const gibibyte = 1024 * mebibyte

export const streamsKeys = {
  streamsEnabled: key(
    'frontend.streams.enabled',
    choice(['auto', 'true', 'false']),
    'auto',
    'Whether topics can be read here, at `/topics/{topic}/events` and `/topics/{topic}/messages`. `auto`: where ' +
      '`frontend.handlers.authentication.enabled`, or where the frontend listens on loopback only. `true` without ' +
      'authentication: whoever reaches the port may read every topic whose subscribing is not restricted',
  ),
  streamsMax: key(
    'frontend.streams.max',
    count(1, 1_000_000),
    5_000,
    'Streams and waiting reads at a time; more is 503 STREAMS_FULL',
  ),
  streamsPerTopicMax: key(
    'frontend.streams.perTopicMax',
    count(1, 1_000_000),
    5_000,
    'The same for one topic',
  ),
  streamsPerAddressMax: key(
    'frontend.streams.perAddressMax',
    count(1, 1_000_000),
    1_000,
    'The same for one address of clients; more is 429 TOO_MANY_STREAMS. All behind one proxy have one address',
  ),
  streamHeartbeatMs: key(
    'frontend.streams.heartbeat',
    ms(100, 60_000),
    15_000,
    'How often a silent stream shows that it lives; also how often it is looked whether its reader may still read',
  ),
  streamLifetimeMs: key(
    'frontend.streams.maxDuration',
    ms(1_000, 86_400_000),
    3_600_000,
    'How long a stream lasts; then its reader connects again and reads on',
  ),
  streamWaitingBytesMax: key(
    'frontend.streams.waitingBytesMax',
    bytes(64 * kibibyte, 64 * mebibyte),
    256 * kibibyte,
    'Bytes that wait for one reader; it is given no further event until it has taken them',
  ),
  streamsWaitingBytesMax: key(
    'frontend.streams.inMemoryMax',
    bytes(mebibyte, 64 * gibibyte),
    64 * mebibyte,
    'Bytes that wait for all readers; beyond it the one that has taken nothing for longest is cut off. Answers to ' +
      'pulls and snapshots may hold as much again; more is 503 STREAMS_FULL',
  ),
  streamStalledMs: key(
    'frontend.streams.stalledTimeout',
    ms(100, 3_600_000),
    30_000,
    'How long a reader may take nothing while bytes wait for it; then it is told `lagging` and cut off',
  ),
  streamRingItems: key(
    'frontend.streams.recentMessages',
    count(16, 100_000),
    1_000,
    'The newest messages of a topic that is read, in memory; a reader further behind reads from Kafka by itself',
  ),
  streamRingsBytes: key(
    'frontend.streams.recentBytes',
    bytes(mebibyte, 64 * gibibyte),
    32 * mebibyte,
    'Bytes of these, over all topics that are read',
  ),
  streamCacheBytes: key(
    'frontend.streams.fetchedBytes',
    bytes(mebibyte, 64 * gibibyte),
    32 * mebibyte,
    'Bytes fetched from Kafka that several readers share',
  ),
  snapshotKeysMax: key(
    'frontend.snapshots.keysMax',
    count(1_000, 100_000_000),
    1_000_000,
    'Keys of all topics whose snapshots are asked for here, in memory, about 150 bytes each; one of more than 100 ' +
      'bytes counts once for each 100. More is 503 SNAPSHOTS_FULL',
  ),
  streamOrigins: key(
    'frontend.streams.allowedOrigins',
    list(),
    [],
    'Origins whose web pages may read topics here, such as `https://chat.example.org`; `*` for all',
  ),
  hostNames: key(
    'frontend.streams.hostNames',
    list(),
    [],
    'Names in `Host` by which readers may call a frontend that asks nobody who they are, beside addresses and those ' +
      'of loopback: that of a proxy in front which passes its own on. Any other is 403 WRONG_HOST where it listens ' +
      'on loopback, and elsewhere once names are given',
  ),
} as const
