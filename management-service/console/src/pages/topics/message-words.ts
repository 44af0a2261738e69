// pure
/**
 * A message in short, and where it lies.
 * Takes a message, or an address of one. Gives text for a row, and a place such as `2-1024` and back.
 */
import { textOfBody } from '../../ui/body-view.js'
import type { Message } from './message-shape.js'

/** Where a message lies in its topic. */
export interface MessagePlace {
  readonly partition: number
  readonly offset: number
}

const shortCharsMax = 160

/** The beginning of the body in one line. */
export function shortBodyOf(message: Message): string {
  if (message.problem !== undefined) return message.problem
  const text = message.body === undefined ? textOfBody(message) : JSON.stringify(message.body)
  return text.length > shortCharsMax ? `${text.slice(0, shortCharsMax)}…` : text
}

/** `2-1024`: the same in the address of a page. */
export function placeText({ partition, offset }: MessagePlace): string {
  return `${partition}-${offset}`
}

/** The place that an address names; null where it names none. */
export function placeOf(text: string | null): MessagePlace | null {
  const [, partition, offset] = /^(\d{1,9})-(\d{1,15})$/.exec(text ?? '') ?? []
  return partition === undefined || offset === undefined
    ? null
    : { partition: Number(partition), offset: Number(offset) }
}
