// pure
/**
 * A file of definitions.
 * Takes its text, and a way to get secrets that it only refers to. Gives the things in it, and where each of
 * their members stands. Refuses, all at once and each with line, field and fix: what is no YAML, members that
 * nothing has, words and JSON types that will not do, names given twice, secrets that are not there.
 */
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { isNamePart } from '@iris/common/domain/names'
import { knownMembers, type Known } from './known-members.js'
import { nearest } from '@iris/common/config/nearest'
import { FileRefused, type FilePlace, type FileProblem } from './problem.js'
import { withSecrets, type ResolveReference } from './secrets.js'
import { keyOf, kindWords, type Kind, type Thing, type ThingPlace } from './thing.js'

/** Steps from the root of the file to a value. */
type Path = readonly (string | number)[]

/** What a file says. */
export interface Definitions {
  /** In the order of the file. */
  readonly things: readonly Thing[]
  /** Where a member stands, or the nearest thing around it. */
  placeOf(thing: ThingPlace, member: string): FilePlace & { readonly field: string }
}

export interface FileText {
  readonly file: string
  readonly text: string
}

const thingsMax = 20_000
const rootMembers = ['version', 'oauthProviders', 'groups']
const formatVersion = 1

/** Reads it. */
export function readDefinitions({ file, text }: FileText, resolve: ResolveReference): Definitions {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const reader = new Reader(file, document, lines, resolve)
  if (document.errors.length > 0) {
    throw new FileRefused(
      document.errors.map(error => ({
        ...reader.at(error.pos[0]),
        ...{ field: '', problem: error.message.split(/ at line |\n/)[0] ?? 'no YAML', fix: '' },
      })),
    )
  }
  reader.readRoot(document.toJS({ maxAliasCount: 1_000 }))
  if (reader.problems.length > 0) throw new FileRefused(reader.problems)
  return { things: reader.things, placeOf: (thing, member) => reader.placeOf(thing, member) }
}

/** Collects things and problems on the way through the file. */
class Reader {
  readonly things: Thing[] = []
  readonly problems: FileProblem[] = []
  private readonly paths = new Map<string, Path>()

  constructor(
    private readonly file: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
    private readonly resolve: ResolveReference,
  ) {}

  readRoot(root: unknown): void {
    if (root === null || root === undefined)
      return this.refuse([], 'the file is empty', `write ${rootMembers.join(', ')}`)
    if (!isJsonObject(root))
      return this.refuse([], 'the file must be a map', `write ${rootMembers.join(', ')}`)
    this.refuseUnknown([], root, rootMembers, 'of the file')
    const { version = formatVersion } = root
    if (version !== formatVersion)
      this.refuse(
        ['version'],
        `this command reads version ${formatVersion}`,
        'use the command that wrote the file',
      )
    this.readList(['oauthProviders'], root['oauthProviders'], 'oauthProvider', name => ({
      ...{ kind: 'oauthProvider', name },
    }))
    for (const [path, entry, name] of this.entries(['groups'], root['groups'], 'group')) {
      this.add({ kind: 'group', name }, entry, path, ['topics'])
      this.readTopics(name, entry['topics'], [...path, 'topics'])
    }
  }

  /** Line, column and field of a member, such as `retentionTime.duration`. */
  placeOf(thing: ThingPlace, member: string): FilePlace & { readonly field: string } {
    const own = this.paths.get(keyOf(thing)) ?? []
    const path = [...own]
    for (const step of member.split('.').filter(each => each !== '')) {
      if (this.document.getIn([...path, step], true) === undefined) break
      path.push(step)
    }
    return { ...this.locate(path), field: fieldOf(path) }
  }

  at(offset: number): FilePlace {
    const { line, col } = this.lines.linePos(offset)
    return { file: this.file, line, column: col }
  }

  private readTopics(group: string, list: unknown, path: Path): void {
    for (const [at, entry, name] of this.entries(path, list, 'topic')) {
      this.add({ kind: 'topic', group, name }, entry, at, ['subscriptions'])
      this.readList([...at, 'subscriptions'], entry['subscriptions'], 'subscription', each => ({
        ...{ kind: 'subscription', group, topic: name, name: each },
      }))
    }
  }

  private readList(path: Path, list: unknown, kind: Kind, placeOf: (name: string) => ThingPlace): void {
    for (const [at, entry, name] of this.entries(path, list, kind)) this.add(placeOf(name), entry, at, [])
  }

  /** The entries that have a name. */
  private *entries(path: Path, list: unknown, kind: Kind): Generator<[Path, JsonObject, string]> {
    if (list === undefined || list === null) return
    if (!Array.isArray(list))
      return this.refuse(path, 'this must be a list', `begin each ${kindWords[kind]} with "- name: …"`)
    for (const [index, entry] of list.entries()) {
      const at = [...path, index]
      const name: unknown = isJsonObject(entry) ? entry['name'] : undefined
      if (isJsonObject(entry) && typeof name === 'string' && isNamePart(name)) yield [at, entry, name]
      else this.refuse(at, `each ${kindWords[kind]} needs a name of letters, digits and ._-`, 'add "name: …"')
    }
  }

  private add(place: ThingPlace, entry: JsonObject, path: Path, children: readonly string[]): void {
    const key = keyOf(place)
    const earlier = this.paths.get(key)
    if (earlier !== undefined) {
      const { line } = this.locate(earlier)
      return this.refuse(
        path,
        `the ${kindWords[place.kind]} ${place.name} stands in line ${line} already`,
        'remove one',
      )
    }
    if (this.things.length >= thingsMax)
      throw new FileRefused([
        { ...this.at(0), field: '', problem: `more than ${thingsMax} things`, fix: 'split it' },
      ])
    this.paths.set(key, path)
    const left = new Set(['name', ...children])
    const members = Object.fromEntries(Object.entries(entry).filter(([name]) => !left.has(name)))
    this.checkMembers(path, members, knownMembers(place.kind), `of a ${kindWords[place.kind]}`)
    const secrets = withSecrets(place.kind, members, this.resolve)
    for (const { member, problem, fix } of secrets.problems) this.refuse([...path, ...member], problem, fix)
    this.things.push({ place, members: secrets.members })
  }

  private checkMembers(path: Path, value: JsonObject, known: Known, whose: string): void {
    if (known.members === null) return
    this.refuseUnknown(path, value, [...known.members.keys()], whose)
    for (const [name, inner] of Object.entries(value)) {
      const wanted = known.members.get(name)
      if (wanted !== undefined) this.checkValue([...path, name], inner, wanted)
    }
  }

  private checkValue(path: Path, value: unknown, known: Known): void {
    const type = typeOf(value)
    const word = typeof value === 'string' ? value : JSON.stringify(value)
    if (value !== null && known.words !== null && !known.words.includes(word)) {
      const meant = nearest(word, known.words)
      this.refuse(
        path,
        `${JSON.stringify(value)} is none of ${known.words.join(', ')}`,
        meant === null ? '' : `write ${meant}`,
      )
    } else if (known.types !== null && !isOneOf(type, known.types)) {
      this.refuse(
        path,
        `this is ${aKind(type)} and must be ${known.types
          .filter(each => each !== 'null')
          .map(aKind)
          .join(' or ')}`,
        '',
      )
    } else if (isJsonObject(value)) {
      this.checkMembers(path, value, known, `of ${fieldOf(path.slice(-1))}`)
    } else if (Array.isArray(value) && known.items !== null) {
      for (const [index, item] of value.entries()) this.checkValue([...path, index], item, known.items)
    }
  }

  private refuseUnknown(path: Path, value: JsonObject, names: readonly string[], whose: string): void {
    for (const name of Object.keys(value)) {
      if (names.includes(name)) continue
      const meant = nearest(name, names)
      const fix = meant === null ? 'remove it' : `write ${meant}`
      this.refuse([...path, name], `there is no such member ${whose}`, fix)
    }
  }

  private refuse(path: Path, problem: string, fix: string): void {
    this.problems.push({ ...this.locate(path), field: fieldOf(path), problem, fix })
  }

  /** Where a member begins: at its name where it has one. */
  private locate(path: Path): FilePlace {
    for (let length = path.length; length > 0; length--) {
      const parent: unknown =
        length === 1 ? this.document.contents : this.document.getIn(path.slice(0, length - 1), true)
      const step = path[length - 1]
      const pair = isMap(parent)
        ? parent.items.find(({ key }) => isScalar(key) && key.value === step)
        : undefined
      const node: unknown = pair?.key ?? this.document.getIn(path.slice(0, length), true)
      const range = (node as { range?: readonly number[] | null } | undefined)?.range
      if (range?.[0] !== undefined) return this.at(range[0])
    }
    return this.at(0)
  }
}

function fieldOf(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}

function isOneOf(type: string, types: readonly string[]): boolean {
  return types.includes(type) || (type === 'integer' && types.includes('number')) || type === 'null'
}

function aKind(type: string): string {
  const words: Readonly<Record<string, string>> = {
    ...{ string: 'a text', integer: 'a whole number', number: 'a number', boolean: 'true or false' },
    ...{ array: 'a list', object: 'a map', null: 'nothing' },
  }
  return words[type] ?? type
}
