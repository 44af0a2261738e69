import { describe, expect, it } from 'vitest'
import { githubMessages } from './github-payloads.js'

describe("GitHub's payloads", () => {
  const messages = githubMessages()

  it('are 329 in 58 families, each in two forms', () => {
    expect(messages).toHaveLength(2 * 329)
    expect(new Set(messages.map(each => each.family)).size).toBe(58)
  })

  it('say the same in both forms, with other bytes', () => {
    for (let index = 0; index < messages.length; index += 2) {
      const [short, odd] = [messages[index], messages[index + 1]].map(each => each?.body.toString() ?? '')

      expect(odd).not.toBe(short)
      expect(JSON.parse(odd ?? '')).toEqual(JSON.parse(short ?? ''))
      expect(odd?.startsWith(' \t\r\n{')).toBe(true)
    }
  })

  it.each([
    ['push', 'Codertocat/Hello-World'],
    ['organization', 'Octocoders'],
  ])('of %s have the key %s', (family, key) => {
    expect(messages.filter(each => each.family === family).map(each => each.key)).toContain(key)
  })

  it('have a key but for the eight that name nobody', () => {
    expect(messages.filter(each => each.key === null)).toHaveLength(8)
  })
})
