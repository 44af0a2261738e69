// pure
/**
 * What somebody says in the chat.
 * Takes JSON or the parts of an address. Gives a message, or in a sentence why there is none.
 */

export interface ChatMessage {
  readonly sender: string
  readonly message: string
}

const senderLettersMax = 100
const messageLettersMax = 1_000

/** Checks a message. */
export function chatMessage(sender: unknown, message: unknown): ChatMessage | { readonly problem: string } {
  if (!isText(sender, senderLettersMax))
    return { problem: `sender must be a text of 1 to ${senderLettersMax} letters` }
  if (!isText(message, messageLettersMax))
    return { problem: `message must be a text of 1 to ${messageLettersMax} letters` }
  return { sender, message }
}

/** Half of a letter in two halves, which JSON may have, has no UTF-8. */
function isText(value: unknown, lettersMax: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= lettersMax && !/\p{Cs}/u.test(value)
}

/** Reads a message from JSON. */
export function parseChatMessage(text: string): ChatMessage | { readonly problem: string } {
  try {
    const json = JSON.parse(text) as { sender?: unknown; message?: unknown } | null
    return chatMessage(json?.sender, json?.message)
  } catch {
    return { problem: 'the body must be JSON: {"sender":"g1","message":"hello"}' }
  }
}
