/**
 * The files of `docker/` are not run here, so what can be known without running is checked:
 * hadolint's rules that apply, and that names agree.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { variableOf } from '@iris/common/config/load'
import { run } from './run.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dockerDir = join(root, 'docker')

interface Instruction {
  readonly line: number
  readonly name: string
  readonly value: string
}

interface ComposeService {
  readonly image?: string
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string }
  readonly environment?: Readonly<Record<string, unknown>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly healthcheck?: unknown
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
}

interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly volumes: Readonly<Record<string, unknown>>
}

/** Instructions with their continuation lines joined. */
function readDockerfile(text: string): readonly Instruction[] {
  const instructions: Instruction[] = []
  let open = ''
  for (const [index, line] of text.split('\n').entries()) {
    if (open === '' && (line.trim() === '' || line.startsWith('#'))) continue
    open += line.replace(/\\$/, '')
    if (line.endsWith('\\')) continue
    const [, name = '', value = ''] = /^(\S+)\s+(.*)$/s.exec(open) ?? []
    instructions.push({ line: index + 1, name, value })
    open = ''
  }
  return instructions
}

/** What hadolint would say about these files. */
function dockerfileProblems(instructions: readonly Instruction[]): readonly string[] {
  const problems: string[] = []
  const say = ({ line, name, value }: Instruction, what: string): void =>
    void problems.push(`${line}: ${what}: ${name} ${value}`)
  const stages = new Set<string>()
  for (const each of instructions) {
    const { name, value } = each
    if (name !== name.toUpperCase()) say(each, 'instructions are in capitals')
    if (name === 'FROM') {
      const [image = '', , stage = ''] = value.split(' ')
      const isPinned = /:[^:]*\d+\.\d+\.\d+[^:]*$/.test(image)
      if (!stages.has(image) && !isPinned) say(each, 'an image has a full version as its tag')
      if (stage === '') say(each, 'a stage has a name')
      stages.add(stage)
    }
    if (name === 'ADD') say(each, 'COPY, not ADD')
    if (name === 'MAINTAINER') say(each, 'MAINTAINER is gone')
    if (['CMD', 'ENTRYPOINT'].includes(name) && !isJsonArray(value)) say(each, 'the exec form, as JSON')
    if (name === 'WORKDIR' && !value.startsWith('/')) say(each, 'an absolute WORKDIR')
    if (name === 'RUN' && /\bsudo\b/.test(value)) say(each, 'no sudo')
    if (name === 'RUN' && /apt-get install/.test(value) && !/ -y .*--no-install-recommends/.test(value))
      say(each, 'apt-get install -y --no-install-recommends')
    if (name === 'RUN' && /npm (install|i)\b/.test(value)) say(each, 'npm ci, not npm install')
    const from = /--from=(\S+)/.exec(value)?.[1]
    if (name === 'COPY' && from !== undefined && !stages.has(from)) say(each, 'a stage that exists')
  }
  return problems
}

function isJsonArray(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text))
  } catch {
    return false
  }
}

/** The instructions of a stage and of those it is built on. */
function stageOf(instructions: readonly Instruction[], stage: string): readonly Instruction[] {
  const start = instructions.findIndex(each => each.name === 'FROM' && each.value.endsWith(` AS ${stage}`))
  if (start < 0) return []
  const rest = instructions.slice(start + 1)
  const next = rest.findIndex(each => each.name === 'FROM')
  const own = next < 0 ? rest : rest.slice(0, next)
  const base = instructions[start]?.value.split(' ')[0] ?? ''
  return [...stageOf(instructions, base), ...own]
}

/** What is copied from outside the image, by its path from the root. */
function copiedFromContext(of: readonly Instruction[]): readonly string[] {
  return of
    .filter(({ name, value }) => name === 'COPY' && !value.includes('--from='))
    .flatMap(({ value }) => value.split(' ').slice(0, -1))
}

/** Every dotted name in quotes: the declared keys are among them. */
function declaredVariables(service: string): ReadonlySet<string> {
  const configDir = join(root, 'common', 'src', 'config')
  const texts = [
    readFileSync(join(configDir, 'shared-keys.ts'), 'utf8'),
    ...sourcesNamed(join(root, service, 'src'), /config|keys/),
  ]
  const names = texts.flatMap(text =>
    [...text.matchAll(/'([a-z]+(?:\.[A-Za-z0-9]+)+)'/g)].map(match => match[1] ?? ''),
  )
  return new Set(names.map(variableOf))
}

function sourcesNamed(directory: string, pattern: RegExp): readonly string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter(file => pattern.test(file) && file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map(file => readFileSync(join(directory, file), 'utf8'))
}

interface LockedPackage {
  readonly dev?: boolean
  readonly link?: boolean
  readonly resolved?: string
}

const lockfile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>
}
const libraryPath = /^((?:[\w-]+\/)?node_modules)\/((?:@[^/]+\/)?[^/]+)$/

/** Where `npm ci --omit=dev` puts which libraries: names by folder. Libraries inside libraries come along. */
function installedLibraries(): ReadonlyMap<string, readonly string[]> {
  const installed = new Map<string, string[]>()
  for (const [path, { dev = false }] of Object.entries(lockfile.packages)) {
    const [, folder, name] = libraryPath.exec(path) ?? []
    if (dev || folder === undefined || name === undefined) continue
    installed.set(folder, [...(installed.get(folder) ?? []), name])
  }
  return installed
}

/** What an image holds beside its base, as pairs of a path from the root and where it lies. */
function imageOf(target: string): readonly (readonly [from: string, to: string])[] {
  return stageOf(instructions, target)
    .filter(({ name }) => name === 'COPY')
    .map(({ value }) => {
      const [, path = '', to = ''] = value.split(' ')
      const from = path.replace(/^\/iris\//, '')
      return [from, to === './' || to.endsWith('/') ? join(to, from.split('/').at(-1) ?? '') : to]
    })
}

/** The files of an image in a directory of their own, the libraries as links. */
function layOut(target: string, image: string): void {
  const installed = installedLibraries()
  for (const [from, to] of imageOf(target)) {
    mkdirSync(join(image, dirname(to)), { recursive: true })
    const libraries = installed.get(from)
    if (libraries === undefined) cpSync(join(root, from), join(image, to), { recursive: true })
    for (const library of libraries ?? []) {
      const { link = false, resolved = '' } = lockfile.packages[`${from}/${library}`] ?? {}
      mkdirSync(dirname(join(image, to, library)), { recursive: true })
      symlinkSync(link ? join(image, resolved) : join(root, from, library), join(image, to, library))
    }
  }
}

const instructions = readDockerfile(readFileSync(join(dockerDir, 'Dockerfile'), 'utf8'))
const compose = parse(readFileSync(join(dockerDir, 'compose.yaml'), 'utf8'), { merge: true }) as Compose
const ours: readonly (readonly [target: string, directory: string])[] = [
  ['frontend', 'frontend-service'],
  ['management', 'management-service'],
  ['consumers', 'consumers-service'],
  ['inbox', 'local-stack'],
]

describe('the Dockerfile', () => {
  it('breaks no rule', () => {
    expect(dockerfileProblems(instructions)).toEqual([])
  })

  it.each([
    ['FROM node:latest AS a', 'full version'],
    ['FROM node AS a', 'full version'],
    ['FROM node:20.1.0', 'has a name'],
    ['ADD a b', 'COPY'],
    ['CMD node main.js', 'exec form'],
    ['RUN apt-get install curl', '--no-install-recommends'],
    ['RUN npm install', 'npm ci'],
    ['COPY --from=nowhere a b', 'a stage that exists'],
  ])('would be told about `%s`', (text, rule) => {
    expect(dockerfileProblems(readDockerfile(text)).join()).toContain(rule)
  })

  it.each(ours)(
    'runs the target %s as a user without rights, with a health check and a program',
    (target, directory) => {
      const stage = stageOf(instructions, target)
      const last = (name: string): string => stage.findLast(each => each.name === name)?.value ?? ''

      expect(last('USER')).toBe('1000:1000')
      expect(last('HEALTHCHECK')).toContain('fetch(')
      expect(last('CMD')).toContain(`"${directory}/dist/`)
      expect(last('HEALTHCHECK')).toContain(`:${last('EXPOSE')}/`)
    },
  )

  it('copies only what exists', () => {
    const paths = copiedFromContext(instructions)

    expect(paths.filter(path => !existsSync(join(root, path)))).toEqual([])
  })

  it('installs the libraries of every workspace, as the lockfile has them', () => {
    const text = readFileSync(join(root, 'package.json'), 'utf8')
    const { workspaces } = JSON.parse(text) as { readonly workspaces: readonly string[] }
    const copied = copiedFromContext(stageOf(instructions, 'libraries'))

    expect(workspaces).toContain('common')
    expect(workspaces.filter(workspace => !copied.includes(`${workspace}/package.json`))).toEqual([])
  })
})

describe.each(ours)('the image of %s', (target, directory) => {
  it('holds the libraries that a workspace in it has for itself', () => {
    const copied = imageOf(target)
    const held = new Set(['.', ...copied.map(([, to]) => dirname(to))])
    const needed = [...installedLibraries().keys()].filter(folder => held.has(dirname(folder)))

    expect(held).toContain(directory)
    expect(needed).toContain('node_modules')
    expect(needed.filter(folder => !copied.some(([from, to]) => from === folder && to === folder))).toEqual(
      [],
    )
  })

  it('finds all that its program imports, and no more is there than what it was given', async () => {
    const image = mkdtempSync(join(tmpdir(), 'iris-image-'))
    onTestFinished(() => rmSync(image, { recursive: true, force: true }))
    layOut(target, image)
    const command = stageOf(instructions, target).findLast(each => each.name === 'CMD')?.value ?? ''
    const [program = ''] = JSON.parse(command) as readonly string[]
    const links = ['--preserve-symlinks', '--preserve-symlinks-main']

    // An argument that none of them knows is refused after everything has been imported.
    const { code, output } = await run(process.execPath, [...links, join(image, program), '--none'], 60_000)

    expect(output).toMatch(/unknown (argument|option '?)/i)
    expect(output).toContain('--none')
    expect(code).toBe(1)
  })
})

describe('compose.yaml', () => {
  it('runs the Kafka and the ZooKeeper that the tests run', () => {
    const pom = readFileSync(join(root, 'local-stack', 'pom.xml'), 'utf8')
    const tested = (artifact: string): string | undefined =>
      new RegExp(`<artifactId>${artifact}</artifactId>\\s*<version>([^<]+)<`).exec(pom)?.[1]

    expect(compose.services['kafka']?.image).toBe(`apache/kafka:${tested('kafka_2.13')}`)
    expect(compose.services['zookeeper']?.image).toBe(`zookeeper:${tested('zookeeper')}`)
  })

  it('names files, targets and servers that exist', () => {
    for (const [name, { build, depends_on: servers = {} }] of Object.entries(compose.services)) {
      for (const server of Object.keys(servers)) expect(compose.services, name).toHaveProperty(server)
      if (build === undefined) continue
      expect(existsSync(join(dockerDir, build.context, build.dockerfile)), name).toBe(true)
      expect(stageOf(instructions, build.target), name).not.toEqual([])
    }
  })

  it('pins foreign images, and waits until they are healthy', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      if (service.image === undefined) continue
      expect(service.image, name).toMatch(/:v?\d+\.\d+\.\d+$/)
      expect(service.healthcheck, name).toBeDefined()
    }
  })

  it('opens ports on loopback alone, those that the images expose', () => {
    for (const [target] of ours) {
      const exposed = stageOf(instructions, target).find(each => each.name === 'EXPOSE')?.value
      expect(compose.services[target]?.ports).toEqual([`127.0.0.1:${exposed}:${exposed}`])
    }
  })

  it('gives our programs no rights, nothing to write and bounds', () => {
    for (const [target] of ours)
      expect(compose.services[target], target).toMatchObject({
        ...{ restart: 'unless-stopped', init: true, read_only: true, cap_drop: ['ALL'] },
        ...{ security_opt: ['no-new-privileges:true'], mem_limit: '1g' },
        logging: { options: { 'max-size': '10m' } },
      })
  })

  it('declares the volumes it uses, and mounts folders that exist to be read only', () => {
    const used = Object.values(compose.services).flatMap(each => each.volumes ?? [])
    const [folders, volumes] = [true, false].map(isFolder =>
      used.filter(each => each.startsWith('.') === isFolder),
    ) as [string[], string[]]

    expect(volumes.map(each => each.split(':')[0]).sort()).toEqual(Object.keys(compose.volumes).sort())
    for (const folder of folders) {
      expect(existsSync(join(dockerDir, folder.split(':')[0] ?? '')), folder).toBe(true)
      expect(folder).toMatch(/:ro$/)
    }
  })

  it.each(ours)('gives %s only settings that %s declares', (target, directory) => {
    const inImage = stageOf(instructions, target)
      .filter(each => each.name === 'ENV')
      .map(each => each.value.split('=')[0] ?? '')
    const given = [...Object.keys(compose.services[target]?.environment ?? {}), ...inImage]
    const declared = declaredVariables(directory)

    expect(given.filter(name => name.startsWith('IRIS_') && !declared.has(name))).toEqual([])
  })
})

it('keeps the build context small', () => {
  const ignored = readFileSync(join(dockerDir, 'Dockerfile.dockerignore'), 'utf8').split('\n')
  expect(ignored).toEqual(expect.arrayContaining(['.git', '**/node_modules', '**/dist']))
  expect(dirname(join(dockerDir, 'Dockerfile'))).toBe(dockerDir)
})
