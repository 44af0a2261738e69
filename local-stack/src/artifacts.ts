/**
 * The jars of Kafka and ZooKeeper, and the Java that runs them.
 * Takes `pom.xml` and `artifacts.sha256`. Gives a class path whose every file has the committed checksum.
 * Promises: downloads once a pom, atomically, also when several processes start at the same time.
 * Refuses, with the fix: a missing Maven, no Java 17 or newer, a file with another checksum.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LocalStackError } from './local-stack-error.js'
import { run } from './run.js'

const packageDir = fileURLToPath(new URL('..', import.meta.url))
const javaVersionMin = 17
const downloadMs = 600_000
const versionMs = 20_000
const orDocker = 'or run everything in containers: see docker/README.md'

/** What a server needs to be started. */
export interface JavaServers {
  readonly java: string
  /** As `java -version` prints it. */
  readonly version: string
  readonly classPath: string
}

let found: Promise<JavaServers> | undefined

/** The Java and the class path of both servers; looked up once a process. */
export function javaServers(): Promise<JavaServers> {
  found ??= find().catch((error: unknown) => {
    found = undefined
    throw error
  })
  return found
}

/** Where the jars of the present pom are kept. */
export async function artifactsDir(): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  const pom = await readFile(join(packageDir, 'pom.xml'))
  return join(cache, 'iris', sha256(pom).slice(0, 16))
}

async function find(): Promise<JavaServers> {
  const [java, jars] = await Promise.all([checkedJava(), checkedJars()])
  return { ...java, classPath: jars.join(delimiter) }
}

async function checkedJava(): Promise<Pick<JavaServers, 'java' | 'version'>> {
  const home = process.env['JAVA_HOME']
  const java = home === undefined || home === '' ? 'java' : join(home, 'bin', 'java')
  const install = `Install one (Debian, Ubuntu: apt-get install openjdk-17-jdk-headless maven), ${orDocker}.`
  const { output, code } = await run(java, ['-version'], versionMs).catch((cause: unknown) => {
    throw new LocalStackError(
      `Kafka and ZooKeeper need Java ${javaVersionMin} or newer, and \`${java}\` is not there. ${install}`,
      { cause },
    )
  })
  const version = Number(/version "(\d+)/.exec(output)?.[1] ?? 0)
  if (code === 0 && version >= javaVersionMin) return { java, version: output }
  const needed = `Kafka and ZooKeeper need Java ${javaVersionMin} or newer`
  throw new LocalStackError(`${needed}; \`${java}\` is version ${version || 'unknown'}. ${install}`)
}

async function checkedJars(): Promise<readonly string[]> {
  const directory = await artifactsDir()
  if (!existsSync(directory)) await download(directory)
  return verify(directory)
}

/** Into a directory of our own first: whoever renames first wins, and the others use what is there. */
async function download(directory: string): Promise<void> {
  await mkdir(join(directory, '..'), { recursive: true })
  const partial = await mkdtemp(directory + '.part-')
  try {
    await copyDependencies(partial)
    await verify(partial)
    await rename(partial, directory).catch((cause: unknown) => {
      if (!existsSync(directory)) throw cause
    })
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

async function copyDependencies(directory: string): Promise<void> {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${directory}`]
  const maven = ['--strict-checksums', '-B', '-q', '-f', join(packageDir, 'pom.xml'), ...goal]
  const { output, code } = await run('mvn', maven, downloadMs).catch((cause: unknown) => {
    const install = `Install it (Debian, Ubuntu: apt-get install openjdk-17-jdk-headless maven), ${orDocker}.`
    throw new LocalStackError(
      `Maven downloads Kafka and ZooKeeper once, and \`mvn\` is not there. ${install}`,
      { cause },
    )
  })
  if (code === 0) return
  const reason = output.split('\n').find(line => line.includes('ERROR')) ?? output.slice(-500)
  throw new LocalStackError(`Maven could not download Kafka and ZooKeeper: ${reason.trim()}`)
}

async function verify(directory: string): Promise<readonly string[]> {
  const expected = await committedChecksums()
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

async function committedChecksums(): Promise<ReadonlyMap<string, string>> {
  const lines = (await readFile(join(packageDir, 'artifacts.sha256'), 'utf8')).split('\n')
  return new Map(lines.filter(line => line !== '').map(line => [line.slice(66), line.slice(0, 64)]))
}

function notAsCommitted(directory: string, what: string, cause?: unknown): LocalStackError {
  const fix = `Remove ${directory} to download again; if it happens again, do not trust the source.`
  return new LocalStackError(`The jars differ from local-stack/artifacts.sha256: ${what}. ${fix}`, { cause })
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
