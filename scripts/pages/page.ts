// pure
/**
 * A page of Markdown as the checks see it.
 * Takes path and text. Gives its headings as anchors, its links, its words in backquotes and its fenced
 * blocks with the notes above them. Promises: what stands in code is no link and no heading.
 */

/** `[text](target)`. */
export interface Link {
  readonly target: string
  readonly line: number
}

/** Words in backquotes within a sentence or a table. */
export interface Word {
  readonly text: string
  readonly line: number
}

/** `<!-- kind: text -->`, which a reader of the page does not see. */
export interface Note {
  readonly kind: string
  readonly text: string
  readonly line: number
}

/** What stands between two fences. */
export interface Block {
  /** As the fence names it; empty where it does not. */
  readonly language: string
  readonly text: string
  /** The line of its first fence. */
  readonly line: number
  readonly notes: readonly Note[]
  /** Whether nothing but notes stands between it and the block before: then it shows what that one gives. */
  readonly follows: boolean
}

export interface Page {
  /** From the root of the repository. */
  readonly path: string
  readonly anchors: ReadonlySet<string>
  readonly links: readonly Link[]
  readonly words: readonly Word[]
  readonly blocks: readonly Block[]
  /** Notes that stand above no block. */
  readonly stray: readonly Note[]
}

const fence = /^ *(?:```|~~~)(.*)$/
const note = /^ *<!-- ([a-z]+(?: [a-z]+)*)(?:: (.*?))? *-->$/

/** Reads it. */
export function readPage(path: string, text: string): Page {
  const reading = createReading()
  text.split('\n').forEach((line, index) => reading.take(line, index + 1))
  return { path, ...reading.end() }
}

/** One pass over the lines. */
function createReading() {
  const anchors = createAnchors()
  const links: Link[] = []
  const words: Word[] = []
  const blocks: Block[] = []
  const stray: Note[] = []
  let open: { language: string; line: number; lines: string[] } | null = null
  let notes: Note[] = []
  let isAfterBlock = false

  const close = ({ language, line, lines }: NonNullable<typeof open>): void => {
    blocks.push({ language, text: withoutIndent(lines), line, notes, follows: isAfterBlock })
    notes = []
    isAfterBlock = true
    open = null
  }
  const takeProse = (line: string, number: number): void => {
    const [, kind, text = ''] = note.exec(line) ?? []
    if (kind !== undefined) return void notes.push({ kind, text, line: number })
    if (line.trim() === '') return
    isAfterBlock = false
    stray.push(...notes)
    notes = []
    const heading = /^#{1,6} (.*)$/.exec(line)?.[1]
    if (heading !== undefined) anchors.add(heading)
    links.push(...linksOf(line).map(target => ({ target, line: number })))
    // What a link is called, its target says.
    const beside = line.replaceAll(/\[[^\]]*\]\([^)]*\)/g, '')
    words.push(...[...beside.matchAll(/`([^`]+)`/g)].map(found => ({ text: found[1] ?? '', line: number })))
  }
  return {
    take(line: string, number: number): void {
      const found = fence.exec(line)
      if (open !== null && found?.[1]?.trim() === '') return close(open)
      if (open !== null) return void open.lines.push(line)
      if (found !== null) open = { language: (found[1] ?? '').trim(), line: number, lines: [] }
      else takeProse(line, number)
    },
    end: () => ({
      ...{ anchors: anchors.all, links, words, blocks, stray: [...stray, ...notes] },
    }),
  }
}

/** Anchors as GitHub makes them of headings: the second of two equal ones has `-1`. */
function createAnchors() {
  const all = new Set<string>()
  return {
    all,
    add(heading: string): void {
      const anchor = heading
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-')
      let name = anchor
      for (let count = 1; all.has(name); count++) name = `${anchor}-${count}`
      all.add(name)
    },
  }
}

function linksOf(line: string): readonly string[] {
  const prose = line.replaceAll(/`[^`]*`/g, '``')
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)]
  const named = [...prose.matchAll(/^\[[^\]]+\]: (\S+)/g)]
  return [...inline, ...named].map(found => found[1] ?? '')
}

/** A block in a list stands to the right; its text begins with its first line. */
function withoutIndent(lines: readonly string[]): string {
  const indents = lines.filter(line => line.trim() !== '').map(line => line.search(/\S/))
  const indent = indents.length === 0 ? 0 : Math.min(...indents)
  return lines.map(line => line.slice(indent)).join('\n')
}
