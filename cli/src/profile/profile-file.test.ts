import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { systemFiles } from '../system-files.js'
import { profileFile, profilePath } from './profile-file.js'

const directory = mkdtempSync(join(tmpdir(), 'iris-profiles-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

it('keeps profiles with their keys for the owner alone, whatever was there', async () => {
  const path = join(directory, 'deep', 'config.yaml')
  const file = profileFile(path)
  const profiles = { current: 'a', byName: new Map([['a', { management: 'http://a', key: 'iris_secret' }]]) }
  await file.write(profiles)
  chmodSync(path, 0o644)
  const wasOpen = await file.isOpenToOthers()
  await file.write(profiles)

  expect([wasOpen, await file.isOpenToOthers(), statSync(path).mode & 0o777]).toEqual([true, false, 0o600])
  expect(await file.read()).toEqual(profiles)
  expect(readFileSync(path, 'utf8')).toMatch(/^# .*\ncurrent: a\n/)
})

it('holds nothing where there is no file, and says what is wrong with one', async () => {
  const path = join(directory, 'broken.yaml')
  writeFileSync(path, 'profiles: { a: { managment: "http://a" } }')

  expect((await profileFile(join(directory, 'absent.yaml')).read()).byName.size).toBe(0)
  await expect(profileFile(path).read()).rejects.toThrow(`${path}: profiles.a: Unrecognized key: "managment"`)
})

it('is where the environment says', () => {
  expect(profilePath({ IRIS_CONFIG: '/x.yaml', HOME: '/home/me' })).toBe('/x.yaml')
  expect(profilePath({ XDG_CONFIG_HOME: '/config', HOME: '/home/me' })).toBe('/config/iris/config.yaml')
  expect(profilePath({ HOME: '/home/me' })).toBe('/home/me/.config/iris/config.yaml')
})

it('says in a sentence what the system refuses', async () => {
  const inAFile = profileFile(join(directory, 'deep', 'config.yaml', 'more.yaml'))
  const profiles = { current: null, byName: new Map() }

  await expect(inAFile.write(profiles)).rejects.toThrow(/more\.yaml cannot be written: [a-z ]+$/)
  await expect(profileFile(directory).read()).rejects.toThrow(
    `${directory} cannot be read: illegal operation`,
  )
  await expect(systemFiles.open(directory)).rejects.toThrow(`${directory} cannot be read: it is a folder`)
  await expect(systemFiles.open(join(directory, 'none'))).rejects.toThrow('none cannot be read: no such file')
})
