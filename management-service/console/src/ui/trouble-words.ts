// pure
/**
 * What holds a subscription up, and what helps.
 * Takes the cause that management tells (`trouble` of the lists, `cause` of the overview). Gives it in
 * a few words, and one sentence of what to do.
 */

interface Words {
  readonly word: string
  readonly next: string
}

const words: Readonly<Record<string, Words | undefined>> = {
  CIRCUIT_OPEN: {
    word: 'only probes are sent',
    next: 'Mend the endpoint. Delivery goes on by itself with its first good answer.',
  },
  ENDPOINT_DOWN: {
    word: 'endpoint down',
    next: 'See what the endpoint answers; mend it, or change its address.',
  },
  FENCED: {
    word: 'ZooKeeper is silent',
    next: 'Look at ZooKeeper: to keep the order, delivery waits for it.',
  },
  HELD_BACK: { word: 'held back', next: 'See what its messages wait for.' },
  NOT_RUNNING: { word: 'nobody runs it', next: 'See whether the consumers processes live.' },
}

/** `endpoint down`. */
export function troubleWord(cause: string): string {
  return words[cause]?.word ?? cause
}

/** The sentence. */
export function nextStepOf(cause: string): string {
  return words[cause]?.next ?? 'Open it to see why.'
}
