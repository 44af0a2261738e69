/**
 * Every link of a page leads somewhere.
 * Takes pages and the files of the repository. Gives a finding for a file, a folder or an anchor that is not
 * there, and for a path in backquotes that is none. Addresses elsewhere are only read, never called.
 */
import { posix } from 'node:path'
import type { Finding } from '../tidy/source.js'
import type { Page } from './page.js'
import { withFolders } from './paths.js'

/** Looks at all of them; `files` are the paths that git knows. */
export function checkLinks(pages: readonly Page[], files: readonly string[]): Finding[] {
  const byPath = new Map(pages.map(page => [page.path, page]))
  const paths = new Set(files.flatMap(withFolders))
  const endings = new Set(files.flatMap(endingsOf))
  return pages.flatMap(({ path, links, words }) => {
    const finding = (line: number, problem: string): Finding => {
      return { path, line, problem, fix: 'name what is there' }
    }
    return [
      ...links.flatMap(({ target, line }) => {
        const problem = problemOf(target, path, { byPath, paths })
        return problem === null ? [] : [finding(line, problem)]
      }),
      ...words
        .filter(({ text }) => isPath(text) && !endings.has(text))
        .map(({ text, line }) => finding(line, `there is no ${text}`)),
    ]
  })
}

interface Repository {
  readonly byPath: ReadonlyMap<string, Page>
  readonly paths: ReadonlySet<string>
}

function problemOf(target: string, from: string, { byPath, paths }: Repository): string | null {
  if (/^[a-z][a-z+.-]*:/i.test(target)) return URL.canParse(target) ? null : `${target} is no address`
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? from : posix.join(posix.dirname(from), file).replace(/\/$/, '')
  if (file.startsWith('/')) return `${target} counts from the root of a server`
  if (!paths.has(path)) return `there is no ${path}`
  if (anchor === undefined) return null
  const linked = byPath.get(path)
  if (linked === undefined) return `${path} has no anchors`
  return linked.anchors.has(anchor) ? null : `${path} has no heading #${anchor}`
}

/** A sentence about a service leaves out the first folders of its files. */
function endingsOf(file: string): readonly string[] {
  const parts = file.split('/')
  return parts.map((_part, index) => parts.slice(index).join('/'))
}

/** `common/src/time/backoff.ts`: words with a slash that end like a file of ours. */
function isPath(text: string): boolean {
  return /^[\w.@-]+(\/[\w.@-]+)+\.(ts|md|ya?ml|json|txt|sh|xml)$/.test(text)
}
