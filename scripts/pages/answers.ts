// pure
/**
 * Whether a program answers what its page shows.
 * Takes what the page shows and what came. Gives the first difference in words, or null.
 * Promises: names and types must be those of the page, and words in capitals (codes, states); values may
 * differ, and `…` stands for anything.
 */

/** Compares by the language of the block: `json`, `http`, or the lines of a text. */
export function differenceOf(language: string, shown: string, came: string): string | null {
  if (language === 'json') return jsonDifference(shown, bodyOf(came))
  if (language === 'http') return httpDifference(shown, came)
  return textDifference(shown, came)
}

/** What stands below the head of an answer that `curl -i` shows. */
export function bodyOf(came: string): string {
  const text = came.replaceAll('\r\n', '\n')
  return text.startsWith('HTTP/') ? text.slice(text.indexOf('\n\n') + 2) : text
}

function jsonDifference(shown: string, came: string): string | null {
  const wanted = parsed(withoutDots(shown))
  if (wanted === undefined) return `the page shows no JSON: ${shown}`
  const is = parsed(came)
  return is === undefined ? `no JSON came: ${came}` : shapeDifference(wanted, is, '')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** `[{"a":1}, …]`, `{…}` and `"a":…` as JSON. */
function withoutDots(shown: string): string {
  return shown
    .replaceAll(/,\s*…(?=\s*[\]},])/g, '')
    .replaceAll(/([[{])\s*…\s*(?=[\]}])/g, '$1')
    .replaceAll(/(:\s*)…/g, '$1null')
}

function shapeDifference(shown: unknown, came: unknown, path: string): string | null {
  if (shown === null || came === null) return null
  const place = named(path)
  if (kindOf(shown) !== kindOf(came)) return `${place} is ${kindOf(came)}, not ${kindOf(shown)}`
  if (typeof shown === 'string' && typeof came === 'string') {
    return /^[A-Z_]{3,}$/.test(shown) && shown !== came ? `${place} is ${came}, not ${shown}` : null
  }
  if (Array.isArray(shown) && Array.isArray(came)) return listDifference(shown, came, path)
  if (typeof shown !== 'object') return null
  const members = came as Readonly<Record<string, unknown>>
  for (const [name, value] of Object.entries(shown)) {
    if (!(name in members)) return `${place} has no ${name}; it has ${Object.keys(members).join(', ')}`
    const difference = shapeDifference(value, members[name], `${path}.${name}`)
    if (difference !== null) return difference
  }
  return null
}

/** Each item of the page must be like one that came. */
function listDifference(shown: readonly unknown[], came: readonly unknown[], path: string): string | null {
  if (shown.length > 0 && came.length === 0) return `${named(path)} is empty`
  for (const [index, item] of shown.entries()) {
    const differences = came.map(each => shapeDifference(item, each, `${path}.${index}`))
    if (!differences.includes(null)) return differences[0] ?? null
  }
  return null
}

function named(path: string): string {
  return path === '' ? 'the answer' : path.slice(1)
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}

function httpDifference(shown: string, came: string): string | null {
  const [head = '', body] = shown.split(/\n\n(.*)/s)
  const [line = '', ...headers] = head.split('\n')
  const answers = came.replaceAll('\r\n', '\n')
  const status = /^HTTP\/\S+ (\d+)/.exec(line)?.[1]
  const isStatus = /^HTTP\/\S+ (\d+)/.exec(answers)?.[1]
  if (status !== undefined && status !== isStatus)
    return `the status is ${isStatus ?? 'unknown'}, not ${status}`
  const names = (status === undefined ? head.split('\n') : headers).map(each => each.split(':')[0] ?? '')
  const missing = names.find(name => !new RegExp(`^${name}:`, 'im').test(answers.split('\n\n')[0] ?? ''))
  if (missing !== undefined) return `there is no header ${missing}`
  return body === undefined || body.trim() === '' ? null : jsonDifference(body, bodyOf(came))
}

/** Its lines, in their order; numbers may be others. */
function textDifference(shown: string, came: string): string | null {
  const lines = came.replaceAll('\r\n', '\n').split('\n')
  let from = 0
  for (const line of shown.split('\n').filter(each => each.trim() !== '' && each.trim() !== '…')) {
    const pattern = line
      .trim()
      .replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      .replaceAll('…', '.*')
      .replaceAll(/\d+/g, '\\d+')
    const found = lines.findIndex(
      (each, index) => index >= from && new RegExp(`^\\s*${pattern}\\s*$`).test(each),
    )
    if (found < 0) return `no line is like: ${line}`
    from = found + 1
  }
  return null
}
