/**
 * The vault of a service, as configured.
 * Takes the keys of the configuration and of a file. Gives the vault; refuses the start for a text that is no
 * key, without showing it.
 */
import { readFileSync } from 'node:fs'
import { ConfigError } from '../config/load.js'
import type { ConfigOf } from '../config/declare.js'
import type { secretsKeys } from '../config/shared-keys.js'
import { createVault, plainVault, readSecretKey, type Vault } from './vault.js'

/**
 * Opens it.
 * @param isSealing - Whether new secrets are sealed, asked at each.
 */
export function openVault(
  config: ConfigOf<typeof secretsKeys>,
  isSealing: () => boolean = () => true,
): Vault {
  const { secretsKeys: given, secretsKeyFile: file } = config
  const texts = [...given.map(text => ['secrets.keys', text] as const), ...linesOf(file)]
  const keys = texts.map(([source, text]) => keyOf(source, text))
  return keys.length === 0 ? plainVault : createVault(keys, isSealing)
}

function linesOf(file: string): readonly (readonly [source: string, text: string])[] {
  if (file === '') return []
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '' && !line.startsWith('#'))
      .map(line => ['secrets.keyFile', line] as const)
  } catch (error) {
    throw new ConfigError([`secrets.keyFile: cannot read ${file}: ${(error as Error).message}`])
  }
}

function keyOf(source: string, text: string): Buffer {
  const key = readSecretKey(text)
  if (key !== null) return key
  throw new ConfigError([
    `${source}: a key is 32 random bytes as base64 or hex, such as \`openssl rand -base64 32\` prints`,
  ])
}
