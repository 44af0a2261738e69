// pure
/**
 * What helps a subscription that does not get on.
 * Takes the cause that management tells. Gives one sentence of what to do.
 */

const steps: Readonly<Record<string, string>> = {
  CIRCUIT_OPEN: 'Mend the endpoint. Delivery goes on by itself with its first good answer.',
  ENDPOINT_DOWN: 'See what the endpoint answers; mend it, or change its address.',
  FENCED: 'Look at ZooKeeper: to keep the order, delivery waits for it.',
  HELD_BACK: 'See what its messages wait for.',
  NOT_RUNNING: 'See whether the consumers processes live.',
}

/** The sentence. */
export function nextStepOf(cause: string): string {
  return steps[cause] ?? 'Open it to see why.'
}
