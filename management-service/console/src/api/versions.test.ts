import { expect, it } from 'vitest'
import { noteVersion, versionOf } from './versions.js'

it('keeps the last version of each path, and none of what has none', () => {
  noteVersion('/topics/a', '"1.x"')
  noteVersion('/topics/a', '"2.y"')
  noteVersion('/topics', null)

  expect(versionOf('/topics/a')).toBe('"2.y"')
  expect(versionOf('/topics')).toBeNull()

  noteVersion('/topics/a', null)
  expect(versionOf('/topics/a')).toBeNull()
})

it('forgets the oldest beyond its bound', () => {
  for (let at = 0; at <= 100; at++) noteVersion(`/bound/${at}`, `"${at}"`)

  expect(versionOf('/bound/0')).toBeNull()
  expect(versionOf('/bound/1')).toBe('"1"')
  expect(versionOf('/bound/100')).toBe('"100"')
})
