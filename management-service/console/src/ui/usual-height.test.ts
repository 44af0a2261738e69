import { expect, it } from 'vitest'
import { createUsualHeight } from './usual-height.js'

it('takes rows to be as high as the first ones are, and keeps to that', () => {
  const usual = createUsualHeight()
  expect(usual.px()).toBe(38)

  usual.note(60)
  usual.note(80)
  expect(usual.px()).toBe(70)

  for (let made = 2; made < 24; made++) usual.note(70)
  usual.note(700)
  expect(usual.px()).toBe(70)
})

it('counts no row that is not shown', () => {
  const usual = createUsualHeight()

  usual.note(0)

  expect(usual.px()).toBe(38)
})
