/**
 * The jars of Kafka and ZooKeeper, and the Java that runs them.
 * Takes the pom of this package. Gives a class path and a Java of version 17 or newer.
 * Refuses, with the fix: no such Java, and what `jars.ts` refuses.
 */
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkedJars, jarsDir, type JarSet } from './jars.js'
import { LocalStackError } from './local-stack-error.js'
import { run } from './run.js'

const javaVersionMin = 17
const versionMs = 20_000
const orDocker = 'or run everything in containers: see docker/README.md'
const servers: JarSet = {
  directory: fileURLToPath(new URL('..', import.meta.url)),
  what: 'Kafka and ZooKeeper',
  orElse: orDocker,
}

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
export function artifactsDir(): Promise<string> {
  return jarsDir(servers)
}

async function find(): Promise<JavaServers> {
  const [java, jars] = await Promise.all([checkedJava(), checkedJars(servers)])
  return { ...java, classPath: jars.join(delimiter) }
}

/** The Java of `JAVA_HOME` or of the PATH; refuses an old one and none with the way to get one. */
export async function checkedJava(): Promise<Pick<JavaServers, 'java' | 'version'>> {
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
