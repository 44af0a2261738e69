import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkedJava } from './artifacts.js'
import { checkedJars, jarsDir, type JarSet } from './jars.js'

const names = ['PATH', 'XDG_CACHE_HOME', 'JAVA_HOME'] as const
let directory: string
let saved: readonly (string | undefined)[]
let set: JarSet

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'iris-jars-'))
  saved = names.map(name => process.env[name])
  for (const part of ['bin', 'set', 'cache']) mkdirSync(join(directory, part))
  process.env['PATH'] = join(directory, 'bin')
  process.env['XDG_CACHE_HOME'] = join(directory, 'cache')
  process.env['JAVA_HOME'] = ''
  set = { directory: join(directory, 'set'), what: 'Kafka and ZooKeeper', orElse: 'or use containers' }
  writeFileSync(join(set.directory, 'pom.xml'), '<project/>')
  const checksum = createHash('sha256').update('content').digest('hex')
  writeFileSync(join(set.directory, 'artifacts.sha256'), `${checksum}  kafka.jar\n`)
})
afterEach(() => {
  for (const [index, name] of names.entries()) process.env[name] = saved[index] ?? ''
  rmSync(directory, { recursive: true, force: true })
})

/** A program on the PATH, of shell built-ins alone. */
function program(name: string, script: string): void {
  const file = join(directory, 'bin', name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
}

/** A Maven that "downloads" one file with this content. */
function maven(file: string, content: string): void {
  program(
    'mvn',
    `for word; do case "$word" in -DoutputDirectory=*) printf ${content} > "\${word#*=}/${file}";; esac; done`,
  )
}

const cached = (): readonly string[] =>
  existsSync(join(directory, 'cache', 'iris')) ? readdirSync(join(directory, 'cache', 'iris')) : []

describe('the jars of a pom', () => {
  it('are downloaded once and checked each time', async () => {
    maven('kafka.jar', 'content')

    const jars = await checkedJars(set)
    rmSync(join(directory, 'bin', 'mvn'))

    expect(jars).toEqual([join(await jarsDir(set), 'kafka.jar')])
    expect(await checkedJars(set)).toEqual(jars)
  })

  it('need Maven, which the sentence names with the command to install it', async () => {
    const sentence = /^Maven downloads Kafka and ZooKeeper once, and `mvn` is not there\. Install it /
    const fix = /apt-get install .*maven\), or use containers\.$/

    await expect(checkedJars(set)).rejects.toThrow(sentence)
    await expect(checkedJars(set)).rejects.toThrow(fix)
    expect(cached()).toEqual([])
  })

  it('say in the words of Maven why it could not download', async () => {
    program('mvn', 'echo "[INFO] trying"; echo "[ERROR] no route to host"; exit 1')

    await expect(checkedJars(set)).rejects.toThrow(
      /^Maven could not download Kafka and ZooKeeper: \[ERROR\] no route to host$/,
    )
    expect(cached()).toEqual([])
  })

  it.each([
    ['kafka.jar', 'other', 'kafka.jar has another checksum'],
    ['evil.jar', 'content', 'unexpected evil.jar'],
  ])('are not kept when %s with the content "%s" comes', async (file, content, what) => {
    maven(file, content)

    await expect(checkedJars(set)).rejects.toThrow(`The jars differ from their artifacts.sha256: ${what}.`)
    expect(cached()).toEqual([])
  })

  it('are refused when they were changed or removed since, with the directory to remove', async () => {
    maven('kafka.jar', 'content')
    const [jar = ''] = await checkedJars(set)
    const fix = `Remove ${await jarsDir(set)} to download again`

    writeFileSync(jar, 'changed')
    await expect(checkedJars(set)).rejects.toThrow(`kafka.jar has another checksum. ${fix}`)
    rmSync(jar)
    await expect(checkedJars(set)).rejects.toThrow(`kafka.jar is missing. ${fix}`)
  })
})

describe('the Java of the servers', () => {
  const needed = 'Kafka and ZooKeeper need Java 17 or newer'
  const install =
    /Install one \(.*apt-get install openjdk-17-jdk-headless maven\), or .*docker\/README\.md\.$/

  it.each(['17.0.9', '21', '25-ea'])('may be version %s', async version => {
    program('java', `echo 'openjdk version "${version}" 2025-01-01' >&2`)

    await expect(checkedJava()).resolves.toMatchObject({ java: 'java' })
  })

  it.each([
    ['1.8.0_412', '1'],
    ['11.0.2', '11'],
    ['16.0.1', '16'],
    ['what?', 'unknown'],
  ])('may not be version %s', async (version, shown) => {
    program('java', `echo 'openjdk version "${version}"' >&2`)

    await expect(checkedJava()).rejects.toThrow(`${needed}; \`java\` is version ${shown}. `)
    await expect(checkedJava()).rejects.toThrow(install)
  })

  it('is missed with the command to install it', async () => {
    await expect(checkedJava()).rejects.toThrow(`${needed}, and \`java\` is not there. `)
    await expect(checkedJava()).rejects.toThrow(install)
  })

  it('is looked for where JAVA_HOME says', async () => {
    program('java', `echo 'openjdk version "21"' >&2`)
    process.env['JAVA_HOME'] = '/nowhere'

    await expect(checkedJava()).rejects.toThrow('`/nowhere/bin/java` is not there')
  })
})
