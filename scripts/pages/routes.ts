// pure
/**
 * Calls that a sentence names, such as `GET /topics/{topic}`, looked up in the routes that there are.
 * Takes pages and routes. Gives a finding for a call that no service answers. A table below a path names
 * the ends of routes only.
 */
import type { Finding } from '../tidy/source.js'
import type { Page } from './page.js'

/** Looks at all of them; `routes` are like `GET /topics/:topic`. */
export function checkRoutes(pages: readonly Page[], routes: readonly string[]): Finding[] {
  const known = routes.map(route => {
    const [method = '', path = ''] = route.split(' ')
    return { method, parts: partsOf(path) }
  })
  return pages.flatMap(({ path, words }) =>
    words.flatMap(({ text, line }) => {
      const [, method = '', address = ''] = /^(GET|PUT|POST|DELETE) ((?:\/|…)\S*)$/.exec(text) ?? []
      if (method === '') return []
      const parts = partsOf(address)
      const isThere = known.some(each => each.method === method && isLike(each.parts, parts))
      return isThere ? [] : [{ path, line, problem: `no service answers ${text}`, fix: 'name a route' }]
    }),
  )
}

/** Without the query; `…` stays as a part. */
function partsOf(address: string): readonly string[] {
  return (address.split('?')[0] ?? '').split('/').filter(part => part !== '')
}

/** Whole, or as the end of a route that the page's other words begin. `…` ends or begins what is left out. */
function isLike(route: readonly string[], named: readonly string[]): boolean {
  const end = named[0] === '…' ? named.slice(1) : named
  if (end.at(-1)?.endsWith('…') === true) {
    const starts = named[0] === '…' ? route.keys() : [0]
    return [...starts].some(start => isBegin(route.slice(start), end.slice(0, -1)))
  }
  const tail = route.slice(Math.max(0, route.length - end.length))
  return tail.length === end.length && isBegin(tail, end)
}

function isBegin(route: readonly string[], named: readonly string[]): boolean {
  return named.every((part, index) => {
    const own = route[index]
    return own !== undefined && (/^[:*]/.test(own) || own === part)
  })
}
