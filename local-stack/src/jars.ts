/**
 * Jars of a pom: downloaded once by Maven, each held against its committed checksum.
 * Takes a folder with `pom.xml` and `artifacts.sha256`. Gives the paths of the jars.
 * Promises: downloads once a pom, atomically, also when several processes start at the same time.
 * Refuses, with the fix: a missing Maven, a file with another checksum.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { LocalStackError } from './local-stack-error.js'
import { run } from './run.js'

const downloadMs = 600_000

/** Which jars. */
export interface JarSet {
  /** The folder of `pom.xml` and `artifacts.sha256`. */
  readonly directory: string
  /** What they are, for a sentence. */
  readonly what: string
  /** What else helps where Maven is missing: the end of a sentence. */
  readonly orElse: string
}

/** Where the jars of the present pom are kept. */
export async function jarsDir({ directory }: JarSet): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  const pom = await readFile(join(directory, 'pom.xml'))
  return join(cache, 'iris', sha256(pom).slice(0, 16))
}

/** The jars, downloaded where they are not there yet; gives their paths. */
export async function checkedJars(set: JarSet): Promise<readonly string[]> {
  const directory = await jarsDir(set)
  if (!existsSync(directory)) await download(set, directory)
  return verify(set, directory)
}

/** Into a directory of our own first: whoever renames first wins, and the others use what is there. */
async function download(set: JarSet, directory: string): Promise<void> {
  await mkdir(join(directory, '..'), { recursive: true })
  const partial = await mkdtemp(directory + '.part-')
  try {
    await copyDependencies(set, partial)
    await verify(set, partial)
    await rename(partial, directory).catch((cause: unknown) => {
      if (!existsSync(directory)) throw cause
    })
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

async function copyDependencies(set: JarSet, directory: string): Promise<void> {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${directory}`]
  const maven = ['--strict-checksums', '-B', '-q', '-f', join(set.directory, 'pom.xml'), ...goal]
  const { output, code } = await run('mvn', maven, downloadMs).catch((cause: unknown) => {
    const install = `Install it (Debian, Ubuntu: apt-get install openjdk-17-jdk-headless maven), ${set.orElse}.`
    throw new LocalStackError(`Maven downloads ${set.what} once, and \`mvn\` is not there. ${install}`, {
      cause,
    })
  })
  if (code === 0) return
  const reason = output.split('\n').find(line => line.includes('ERROR')) ?? output.slice(-500)
  throw new LocalStackError(`Maven could not download ${set.what}: ${reason.trim()}`)
}

async function verify(set: JarSet, directory: string): Promise<readonly string[]> {
  const expected = await committedChecksums(set)
  const files = (await readdir(directory)).sort()
  const extra = files.filter(file => !expected.has(file))
  if (extra.length > 0) throw notAsCommitted(directory, `unexpected ${extra.join(', ')}`)
  for (const [file, checksum] of expected) {
    const content = await readFile(join(directory, file)).catch((cause: unknown) => {
      throw notAsCommitted(directory, `${file} is missing`, cause)
    })
    if (sha256(content) !== checksum) throw notAsCommitted(directory, `${file} has another checksum`)
  }
  return files.map(file => join(directory, file))
}

async function committedChecksums(set: JarSet): Promise<ReadonlyMap<string, string>> {
  const lines = (await readFile(join(set.directory, 'artifacts.sha256'), 'utf8')).split('\n')
  return new Map(lines.filter(line => line !== '').map(line => [line.slice(66), line.slice(0, 64)]))
}

function notAsCommitted(directory: string, what: string, cause?: unknown): LocalStackError {
  const fix = `Remove ${directory} to download again; if it happens again, do not trust the source.`
  return new LocalStackError(`The jars differ from their artifacts.sha256: ${what}. ${fix}`, { cause })
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
