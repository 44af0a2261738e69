/**
 * The repository as the checks of its pages need it.
 * Takes the root. Gives its files, its pages and what commands in them may name.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { parse } from 'yaml'
import type { Declared } from './known-words.js'
import { readPage, type Page } from './page.js'
import { withFolders } from './paths.js'

/** Files that git tracks or would track, without those that are being removed. */
export function readFiles(root: string): readonly string[] {
  const options = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const listed = execFileSync('git', options, { cwd: root, encoding: 'utf8' })
  return listed.split('\0').filter(path => path !== '' && existsSync(root + path))
}

/** All of its Markdown. */
export function readPages(root: string, files: readonly string[]): readonly Page[] {
  return files
    .filter(path => path.endsWith('.md'))
    .map(path => readPage(path, readFileSync(root + path, 'utf8')))
}

/** What is declared, but for the `iris` command, which declares itself. */
export function readDeclared(root: string, files: readonly string[]): Omit<Declared, 'irisProblem'> {
  const paths = new Set(files.flatMap(withFolders))
  return {
    paths,
    installed: new Set([...readdirSync(`${root}node_modules/.bin`), ...ownPrograms(root, files)]),
    scripts(workspace) {
      const path = posix.join(workspace, 'package.json')
      if (!paths.has(path)) return null
      return (
        (JSON.parse(readFileSync(root + path, 'utf8')) as { scripts?: Record<string, string> }).scripts ?? {}
      )
    },
    sourcesOf: script => sourcesOf(root, script, paths),
    services(path) {
      const { services } = parse(readFileSync(root + path, 'utf8')) as { services?: object }
      return Object.keys(services ?? {})
    },
  }
}

/** Programs that our packages bring to who installs them. */
function ownPrograms(root: string, files: readonly string[]): readonly string[] {
  return files
    .filter(path => /^[\w-]+\/package\.json$/.test(path))
    .map(path => JSON.parse(readFileSync(root + path, 'utf8')) as { bin?: Record<string, string> })
    .flatMap(({ bin = {} }) => Object.keys(bin))
}

/** `node local-stack/dist/main.js`: that file's source, and those which it imports from its own folders. */
function sourcesOf(root: string, script: string, paths: ReadonlySet<string>): string {
  const built = /node (?<folder>[\w-]+)\/dist\/(?<file>[\w/-]+)\.js/.exec(script)?.groups
  if (built === undefined) return ''
  const { folder = '', file = '' } = built
  const first = [`${folder}/src/${file}.ts`, `${folder}/${file}.ts`].find(path => paths.has(path))
  const waiting = first === undefined ? [] : [first]
  const texts = new Map<string, string>()
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (texts.has(path) || !paths.has(path)) continue
    const text = readFileSync(root + path, 'utf8')
    texts.set(path, text)
    const base = posix.dirname(path)
    for (const [, from = ''] of text.matchAll(/from '(\.[^']+)\.js'/g))
      waiting.push(`${posix.join(base, from)}.ts`)
  }
  return [...texts.values()].join('\n')
}
