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
  if (typeof sender !== 'string' || sender === '' || sender.length > senderLettersMax)
    return { problem: `sender must be a text of 1 to ${senderLettersMax} letters` }
  if (typeof message !== 'string' || message === '' || message.length > messageLettersMax)
    return { problem: `message must be a text of 1 to ${messageLettersMax} letters` }
  return { sender, message }
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
