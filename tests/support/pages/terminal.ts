/**
 * A terminal in which the commands of a page are typed, one after another.
 * Takes a folder and variables. Gives what each command prints, how it ends and the statuses of its curls.
 * Promises: a real shell and a real curl; what a command sets, the next one knows; each has a deadline, after
 * which it is ended with all that it started.
 */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** What a command did. */
export interface Typed {
  readonly output: string
  readonly problems: string
  /** Null when it was ended at its deadline, or because `until` came. */
  readonly code: number | null
  readonly statuses: readonly number[]
}

export interface Terminal {
  /** Types it; with `until`, ends it when that has been printed. */
  type(command: string, until: string | null): Promise<Typed>
  /** Sets a variable. */
  set(name: string, value: string): void
}

const commandMs = 20_000
const irisCommand = createRequire(import.meta.url).resolve('@iris/cli/main')
/**
 * A curl that says what status it was answered, beside what it prints; and the `iris` command of this
 * repository, without npm in between.
 */
const beginning = `set -a
iris() { '${process.execPath}' '${irisCommand}' "$@"; }
npm() { if [ "$1 $2 $3" = 'run iris --' ]; then shift 3; iris "$@"; else command npm "$@"; fi; }
curl() { command curl --silent --show-error --no-buffer --write-out '%{stderr}@status %{http_code}\\n' "$@"; }
`

/** Opens one with these variables; its files are in `folder`. */
export function openTerminal(folder: string, given: Readonly<Record<string, string>>): Terminal {
  const environmentFile = join(folder, '.environment')
  const { PATH = '' } = process.env
  let variables: Record<string, string> = { PATH, HOME: folder, LANG: 'C.UTF-8', ...given }
  return {
    set(name, value) {
      variables = { ...variables, [name]: value }
    },
    async type(command, until) {
      writeFileSync(environmentFile, '')
      const text = `${beginning}${command}\ncode=$?; env -0 > .environment; exit $code`
      const typed = await run(text, { folder, variables, until })
      const set = readFileSync(environmentFile, 'utf8')
        .split('\0')
        .filter(each => each.includes('='))
      if (set.length > 0) variables = Object.fromEntries(set.map(each => halves(each)))
      return typed
    },
  }
}

interface Surroundings {
  readonly folder: string
  readonly variables: Readonly<Record<string, string>>
  readonly until: string | null
}

async function run(text: string, { folder, variables, until }: Surroundings): Promise<Typed> {
  // A process group of its own: a curl in a pipe is ended with its shell.
  const child = spawn('bash', ['-c', text], {
    ...{ cwd: folder, env: variables, detached: true },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let problems = ''
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // it has ended by itself
    }
  }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
    if (until !== null && output.includes(until)) end()
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (problems += chunk))
  const deadline = setTimeout(end, commandMs)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  clearTimeout(deadline)
  const statuses = [...problems.matchAll(/@status (\d+)/g)].map(([, status]) => Number(status))
  return { output, problems, code, statuses }
}

function halves(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  return [text.slice(0, at), text.slice(at + 1)]
}
