// pure
/**
 * A message with what belongs to it: `{"topic":…,"key":…,"headers":{…},"message":…}`.
 * Takes the bytes of a record. Gives its parts, the message as the bytes that stand there, or what is wrong,
 * naming the member. The message itself is not looked at. Header values become one letter a byte, as Node
 * shows those of a request.
 */
import { skipSpace, walkMembers } from '@iris/common/kafka/envelope-scan'

export interface WrappedRecord {
  /** Null where the record names none. */
  readonly topic: string | null
  readonly message: Buffer
  /** Names and values in turn; the key is one of them. */
  readonly rawHeaders: readonly string[]
}

/** What is wrong, and where in the record, as a JSON pointer. */
export interface InvalidRecord {
  readonly problem: string
  readonly pointer: string
}

/** Bytes that a record may have beside its message. */
export const wrapperBytesMax = 16 * 1024

const braceOpen = 0x7b
const headersMax = 100
const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// Values as RFC 9110 has them: no control character but the tab.
const forbiddenInValue = /[\u0000-\u0008\u000a-\u001f\u007f]/
const members: ReadonlySet<string> = new Set(['topic', 'key', 'headers', 'message'])

class RecordProblem extends Error {
  constructor(
    message: string,
    readonly pointer = '',
  ) {
    super(message)
  }
}

/** Reads a record. */
export function readWrapped(record: Buffer): WrappedRecord | InvalidRecord {
  try {
    return read(record)
  } catch (error) {
    if (error instanceof RecordProblem) return { problem: error.message, pointer: error.pointer }
    throw error
  }
}

function read(record: Buffer): WrappedRecord {
  const found = membersOf(record)
  const message = found.get('message')
  if (message === undefined) throw new RecordProblem('the member message is missing', '/message')
  if (record.length - message.length > wrapperBytesMax)
    throw new RecordProblem(`more than ${wrapperBytesMax} bytes beside the message`)
  const topic = parsed(found, 'topic') ?? null
  if (topic !== null && typeof topic !== 'string') throw new RecordProblem('topic must be a text', '/topic')
  return { topic, message, rawHeaders: headersOf(parsed(found, 'headers'), parsed(found, 'key')) }
}

function membersOf(record: Buffer): ReadonlyMap<string, Buffer> {
  const start = skipSpace(record, 0)
  if (record[start] !== braceOpen) throw new RecordProblem('it must be an object with the member message')
  const found = new Map<string, Buffer>()
  const problem = walkMembers(record, start, (name, range) => {
    if (!members.has(name)) throw new RecordProblem(`unknown member; known are ${[...members].join(', ')}`)
    if (found.has(name)) throw new RecordProblem(`the member ${name} stands there twice`, `/${name}`)
    found.set(name, record.subarray(range.start, range.end))
  })
  if (problem !== null) throw new RecordProblem(`not JSON: ${problem}`)
  return found
}

/** The value of a small member; undefined where there is none, null where it says so. */
function parsed(found: ReadonlyMap<string, Buffer>, name: string): unknown {
  const bytes = found.get(name)
  if (bytes === undefined) return undefined
  if (bytes.length > wrapperBytesMax) throw new RecordProblem(`${name} is too long`, `/${name}`)
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new RecordProblem(`${name} is not JSON`, `/${name}`)
  }
}

function headersOf(headers: unknown, key: unknown): readonly string[] {
  const raw: string[] = []
  const seen = new Set<string>()
  if (headers !== undefined && (typeof headers !== 'object' || headers === null || Array.isArray(headers)))
    throw new RecordProblem('headers must be an object of names and texts', '/headers')
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!headerName.test(name))
      throw new RecordProblem('headers has a name that is no header name', '/headers')
    if (seen.has(name.toLowerCase())) throw new RecordProblem(`headers has ${name} twice`, `/headers/${name}`)
    if (typeof value !== 'string' || forbiddenInValue.test(value))
      throw new RecordProblem(
        `the header ${name} must be a text without control characters`,
        `/headers/${name}`,
      )
    seen.add(name.toLowerCase())
    raw.push(name, lettersOf(value.trim()))
  }
  if (seen.size > headersMax) throw new RecordProblem(`more than ${headersMax} headers`, '/headers')
  if (key === undefined || key === null) return raw
  if (typeof key !== 'string') throw new RecordProblem('key must be a text or null', '/key')
  if (seen.has('partition-key'))
    throw new RecordProblem('key and the header Partition-Key: send one of them', '/key')
  raw.push('Partition-Key', lettersOf(key))
  return raw
}

/** One letter a byte. */
function lettersOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
