import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { irisVersion } from './version.js'

it('the version that processes tell is that of the package', () => {
  const file = new URL('../../package.json', import.meta.url)
  expect((JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version).toBe(irisVersion)
})
