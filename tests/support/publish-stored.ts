/**
 * A message that must be stored.
 * Takes the stack, a topic and what is published as JSON. Gives the message's id; fails unless it is a 201.
 */
import { expect } from 'vitest'
import type { TestStack } from './stack.js'

/** Publishes it. */
export async function publishStored(
  stack: TestStack,
  topic: string,
  content: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const answer = await stack.publish(topic, JSON.stringify(content), { headers })
  expect(answer.status, answer.text).toBe(201)
  return answer.headers.get('hermes-message-id') ?? ''
}
