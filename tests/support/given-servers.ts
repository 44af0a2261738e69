// pure
/**
 * Servers that somebody keeps for the tests alone.
 * Takes the environment. Gives both addresses, or null when the tests are to start a pair of their own.
 * Promises: `KAFKA_BROKERS` and `ZOOKEEPER`, which name servers that people use, are never looked at.
 */

/** `host:port` of each. */
export interface GivenServers {
  readonly kafka: string
  readonly zookeeper: string
}

/** Both variables, or neither: half a pair is a mistake that is told. */
export function givenServers(environment: Readonly<Record<string, string | undefined>>): GivenServers | null {
  const kafka = environment['IRIS_TEST_KAFKA'] ?? ''
  const zookeeper = environment['IRIS_TEST_ZOOKEEPER'] ?? ''
  if ((kafka === '') !== (zookeeper === ''))
    throw new Error(
      'Set both IRIS_TEST_KAFKA and IRIS_TEST_ZOOKEEPER, or neither: the tests then start their own.',
    )
  return kafka === '' ? null : { kafka, zookeeper }
}
