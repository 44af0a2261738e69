// pure
/**
 * The settings of one worker among several.
 * Takes the settings of the frontend. Gives them with every bound on memory and connections divided, so that
 * all workers together hold what one process would, and with an identity of its own.
 */
import type { FrontendConfig } from '../base.js'

/** One of `count`, from 1. */
export interface WorkerPlace {
  readonly number: number
  readonly count: number
}

/** The settings of the worker at this place; `machine` names who has no id of its own. */
export function workerConfig(config: FrontendConfig, place: WorkerPlace, machine: string): FrontendConfig {
  const share = (bound: number): number => Math.max(1, Math.floor(bound / place.count))
  const instance = config.instanceId === '' ? `${machine}_${config.port}` : config.instanceId
  return {
    ...config,
    instanceId: `${instance}_${place.number}`,
    connectionsMax: share(config.connectionsMax),
    bodiesBytesMax: share(config.bodiesBytesMax),
    bulkBytesMax: share(config.bulkBytesMax),
    bufferBytesMax: share(config.bufferBytesMax),
    spoolBytesMax: share(config.spoolBytesMax),
    spoolWaitingBytesMax: share(config.spoolWaitingBytesMax),
    spoolMessagesMax: share(config.spoolMessagesMax),
    spoolStatusMax: share(config.spoolStatusMax),
    spoolRefusedBytesMax: share(config.spoolRefusedBytesMax),
    streamsMax: share(config.streamsMax),
    streamsPerTopicMax: share(config.streamsPerTopicMax),
    streamsPerAddressMax: share(config.streamsPerAddressMax),
    streamsWaitingBytesMax: share(config.streamsWaitingBytesMax),
    streamRingsBytes: share(config.streamRingsBytes),
    snapshotKeysMax: share(config.snapshotKeysMax),
    streamCacheBytes: share(config.streamCacheBytes),
    traceQueueMax: share(config.traceQueueMax),
    quotaPublishersMax: share(config.quotaPublishersMax),
    // A shard is served by one worker, so `keysMax` bounds it as it is.
    keyedInFlightMax: share(config.keyedInFlightMax),
  }
}
