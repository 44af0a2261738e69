/**
 * Topics made through the library's admin, and waited for in our own way.
 * Takes an admin and topics. Gives them once a broker names a leader of each partition.
 * Promises: waits also at a broker that has not heard of a topic yet, where the library's own wait gives up.
 */
import type { Admin, ITopicConfig } from 'kafkajs'
import { eventually } from './eventually.js'

/** Makes what is missing and waits for its leaders; each topic says how many partitions it has. */
export async function createTopicsWithLeaders(
  admin: Admin,
  topics: readonly (ITopicConfig & { readonly numPartitions: number })[],
): Promise<void> {
  await admin.createTopics({ topics: [...topics], waitForLeaders: false })
  const partitionCount = topics.reduce((sum, each) => sum + each.numPartitions, 0)
  await eventually(async () => {
    const { topics: made } = await admin.fetchTopicMetadata({ topics: topics.map(each => each.topic) })
    const led = made.flatMap(each => each.partitions).filter(each => each.leader >= 0)
    if (led.length < partitionCount) throw new Error(`${led.length} of ${partitionCount} partitions are led`)
  })
}
