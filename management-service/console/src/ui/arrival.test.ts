import { expect, it } from 'vitest'
import { createArrivals } from './arrival.js'

it('tells each other page once: not the first one, nor the same one again', () => {
  const arrive = createArrivals()
  const told: string[] = []

  for (const address of ['/', '/', '/topics', '/topics', '/', '/topics'])
    arrive(address, () => told.push(address))

  expect(told).toEqual(['/topics', '/', '/topics'])
})
