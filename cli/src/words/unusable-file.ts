// pure
/**
 * What the system says of a file that cannot be used, as a sentence.
 */
import { UsageError } from './declare.js'

/** Makes a failure a refusal: `orders.ndjson cannot be read: no such file or directory`. */
export function refusing(path: string, done: 'read' | 'written'): (error: unknown) => never {
  return error => {
    const { message } = error as Error
    const reason = /^[A-Z]+: ([^,]+)/.exec(message)?.[1] ?? message
    throw new UsageError(`${path} cannot be ${done}: ${reason}`)
  }
}
