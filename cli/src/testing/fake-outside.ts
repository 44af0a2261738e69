/**
 * The world of a run for tests: services that answer from a table, files in memory, a clock that stands.
 * Takes answers by `METHOD path`. Gives what was asked, printed and said.
 */
import { systemScheduler } from '@iris/common/time/scheduler'
import { noProfiles, type Profiles } from '../profile/profiles.js'
import { run, type Outside } from '../run.js'
import { keepScreen } from './kept-screen.js'

export interface FakeOptions {
  /**
   * JSON, text or a whole answer, by `GET /topics` or `POST frontend:/topics/a.b`; else the answer is 404.
   * A function is asked anew each time.
   */
  readonly answers?: Readonly<Record<string, unknown>>
  readonly environment?: Readonly<Record<string, string>>
  readonly profiles?: Profiles
  readonly files?: Readonly<Record<string, string>>
  /** What is piped in, piece by piece; null for a terminal. */
  readonly input?: readonly string[] | null
  readonly columns?: number
  /** What somebody answers to each question; without it nobody is there. */
  readonly says?: string | null
}

/** One request as a service saw it. */
export interface Asked {
  readonly to: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Ran {
  readonly code: number
  readonly out: string
  readonly said: string
  readonly asked: readonly Asked[]
  readonly profiles: Profiles
}

/** An answer of another status than 200. */
export class Refused {
  constructor(
    readonly status: number,
    readonly json: unknown,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

/** The moment at which the clock stands. */
export const fakeNow = Date.UTC(2026, 4, 1, 12)

/** Runs the command with these words. */
export async function runFake(words: string, options: FakeOptions = {}): Promise<Ran> {
  const { environment = {}, files = {}, input = null, columns = 100, says = null } = options
  const asked: Asked[] = []
  const { screen, kept } = keepScreen({ columns, says })
  let profiles = options.profiles ?? noProfiles
  const outside: Outside = {
    environment,
    interrupted: new AbortController().signal,
    clock: { now: () => fakeNow, monotonic: () => 0 },
    scheduler: { ...systemScheduler, after: (_delayMs, work) => systemScheduler.after(0, work) },
    fetch: async (url, init) => answerTo(options.answers ?? {}, asked, new Request(url, init)),
    input: input === null ? null : piecesOf(input),
    files: {
      read: path => Promise.resolve(files[path] ?? null),
      readBeside: (_file, path) => files[path] ?? null,
      write: () => Promise.resolve(),
      open: path => Promise.resolve(piecesOf([files[path] ?? ''])),
    },
    profiles: {
      path: '/home/me/.config/iris/config.yaml',
      read: () => Promise.resolve(profiles),
      write: given => Promise.resolve(void (profiles = given)),
      isOpenToOthers: () => Promise.resolve(false),
    },
    screen,
  }
  const code = await run(wordsOf(words), outside)
  return { code, ...kept, asked, profiles }
}

async function answerTo(
  answers: Readonly<Record<string, unknown>>,
  asked: Asked[],
  request: Request,
): Promise<Response> {
  const { origin, pathname, search } = new URL(request.url)
  const isFrontend = origin.endsWith(':8080')
  const to = `${request.method} ${isFrontend ? 'frontend:' : ''}${decodeURIComponent(pathname + search)}`
  const body = await request.text()
  asked.push({ to, headers: Object.fromEntries(request.headers), body })
  const known = answers[to] ?? answers[to.split('?', 1)[0] ?? '']
  const told = typeof known === 'function' ? (known as (body: unknown) => unknown)(jsonOf(body)) : known
  if (told instanceof Error) throw told
  if (told instanceof Response) return told
  if (told instanceof Refused) return new Response(JSON.stringify(told.json), told)
  if (told === undefined) return new Response('{"message":"not in the table of the test"}', { status: 404 })
  return new Response(typeof told === 'string' ? told : JSON.stringify(told))
}

async function* piecesOf(pieces: readonly string[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) yield Promise.resolve(Buffer.from(piece))
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** Words as a shell splits them; single and double quotes keep spaces. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(
      /'([^']*)'|"([^"]*)"/g,
      (_all, one: string | undefined, two: string | undefined) => one ?? two ?? '',
    ),
  )
}
