/**
 * The file that keeps profiles: `$IRIS_CONFIG`, else `iris/config.yaml` below `$XDG_CONFIG_HOME` or `~/.config`.
 * Promises: it is written whole or not at all, and readable by its owner alone; a missing one holds nothing.
 */
import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { commandVariables } from '@iris/common/config/other-variables'
import { refusing } from '../words/unusable-file.js'
import { noProfiles, readProfiles, writeProfiles, type Profiles } from './profiles.js'

export interface ProfileFile {
  readonly path: string
  read(): Promise<Profiles>
  write(profiles: Profiles): Promise<void>
  /** Whether others on this machine may read it. */
  isOpenToOthers(): Promise<boolean>
}

const ownerOnly = 0o600
const othersMask = 0o077

/** Where the environment says that it is. */
export function profilePath(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment[commandVariables.file] ?? ''
  if (named !== '') return named
  const config = environment['XDG_CONFIG_HOME'] ?? ''
  return join(
    config === '' ? join(environment['HOME'] ?? homedir(), '.config') : config,
    'iris',
    'config.yaml',
  )
}

/** The file at that path. */
export function profileFile(path: string): ProfileFile {
  return {
    path,
    async read() {
      const text = await readFile(path, 'utf8').catch(missingIsNull).catch(refusing(path, 'read'))
      return text === null ? noProfiles : readProfiles(path, text)
    },
    async write(profiles) {
      await replaceFile(path, writeProfiles(profiles)).catch(refusing(path, 'written'))
    },
    async isOpenToOthers() {
      if (process.platform === 'win32') return false // it has no such modes
      const found = await stat(path).catch(missingIsNull)
      return found !== null && (found.mode & othersMask) !== 0
    },
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const beside = `${path}.${process.pid}.tmp`
  await writeFile(beside, text, { mode: ownerOnly })
  await chmod(beside, ownerOnly) // a file left by a run that was killed keeps its mode
  await rename(beside, path)
}

function missingIsNull(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
