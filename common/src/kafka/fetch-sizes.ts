// pure
/**
 * How much of a partition to ask for at a time.
 * Takes, once a second, how many chunks had to leave the cache for lack of room. Gives bytes.
 * Promises: shrinks while what is fetched does not stay until it is read, grows back when it does.
 * Bounds: the size it began with, and the least that is worth a request.
 */

/** No request for a partition asks for less. Kafka gives at least one whole batch, whatever is asked. */
const partitionBytesMin = 32 * 1024
/** Calm seconds before the size grows again. */
const calmTicks = 5

export class FetchSizes {
  partitionBytes: number
  private calm = 0

  constructor(private readonly partitionBytesMax: number) {
    this.partitionBytes = partitionBytesMax
  }

  tick(forcedCount: number): void {
    this.calm = forcedCount > 0 ? 0 : this.calm + 1
    const least = Math.min(partitionBytesMin, this.partitionBytesMax)
    if (forcedCount > 0) this.partitionBytes = Math.max(least, this.partitionBytes >>> 1)
    else if (this.calm % calmTicks === 0) {
      this.partitionBytes = Math.min(this.partitionBytesMax, this.partitionBytes * 2)
    }
  }
}
