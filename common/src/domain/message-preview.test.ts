import { describe, expect, it } from 'vitest'
import { previewsToNode, readPreviews } from './message-preview.js'

describe('the preview node', () => {
  it('keeps every byte of its messages, in Base64 as Hermes writes it', () => {
    const previews = [
      { content: Buffer.from('{"a":"ü"}'), truncated: false },
      { content: Buffer.from([0, 255, 10]), truncated: true },
    ]

    const node = previewsToNode(previews)

    expect(node.toString()).toContain('{"content":"eyJhIjoiw7wifQ==","truncated":false}')
    expect(readPreviews(node)).toEqual(previews)
  })

  it.each(['', 'no json', '{}', '[1]'])('has no messages when it is %j', text => {
    expect(readPreviews(Buffer.from(text))).toEqual([])
  })
})
