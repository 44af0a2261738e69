/**
 * A Postgres of a test's own, from the machine's packages.
 * Takes nothing. Gives its address and clients, or why there is none.
 * Promises: an own directory and Unix socket, no fixed port, no sync to disk; nothing is left running, also
 * when the test process is killed. As root it runs as the user `postgres`, since it refuses root.
 */
import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '@iris/common/lifecycle/log'
import { createManagedProcess } from '@iris/local-stack/managed-process'
import { freePort } from '@iris/local-stack/ports'
import { Pool } from 'pg'
import { skippedFor } from './needed.js'

/** A running server. */
export interface PostgresServer {
  readonly port: number
  /** For clients that take a URL. */
  readonly url: string
  readonly pool: Pool
  stop(): Promise<void>
}

const startMs = 60_000
const stopMs = 10_000
const statementMs = 60_000
const user = 'postgres'

/** Where Debian puts the programs of each version. */
const debianHome = '/usr/lib/postgresql'

/** The directory of `initdb` and `postgres`; null where they are not installed. */
function programs(): string | null {
  const versions = existsSync(debianHome) ? readdirSync(debianHome).sort((a, b) => Number(b) - Number(a)) : []
  const homes = [...versions.map(each => join(debianHome, each, 'bin')), '/usr/local/bin', '/usr/bin']
  return homes.find(home => existsSync(join(home, 'initdb')) && existsSync(join(home, 'postgres'))) ?? null
}

/** Why tests with Postgres are skipped here; null when they run. Throws where none may be skipped. */
export function noPostgres(): string | null {
  return skippedFor(missing())
}

function missing(): string | null {
  if (programs() === null) return 'Postgres is not installed (apt-get install postgresql)'
  if (process.getuid?.() !== 0) return null
  return existsSync('/usr/bin/setpriv')
    ? null
    : 'as root, setpriv is needed to start Postgres as another user'
}

/** Starts a server; its data is gone when it stops. */
export async function startPostgres(): Promise<PostgresServer> {
  const home = programs()
  if (home === null) throw new Error(missing() ?? 'no Postgres')
  const dir = await mkdtemp(join(tmpdir(), `iris-test-${process.pid}-postgres-`))
  const data = join(dir, 'data')
  mkdirSync(data, { mode: 0o700 })
  const before = asPostgres([dir, data])
  const run = (program: string, args: readonly string[]): readonly [string, ...string[]] => {
    const [command = program, ...rest] = [...before, join(home, program), ...args]
    return [command, ...rest]
  }
  const [initdb, ...words] = run('initdb', ['-D', data, '-U', user, '-A', 'trust', '-N', '--no-instructions'])
  execFileSync(initdb, words, { stdio: 'pipe', timeout: startMs, env: environment })
  const port = await freePort()
  const settings = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'shared_buffers=16MB']
  const [command, ...args] = run('postgres', [
    ...['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', dir],
    ...settings.flatMap(each => ['-c', each]),
  ])
  const url = `postgres://${user}@127.0.0.1:${port}/postgres`
  const pool = new Pool({ connectionString: url, query_timeout: statementMs, max: 8 })
  pool.on('error', () => undefined) // idle connections end with the server
  const server = createManagedProcess(
    { log: silentLog },
    {
      ...{ name: `Postgres on port ${port}`, command, args, environment, processFile: null, startMs, stopMs },
      outputFile: join(dir, 'postgres.log'),
      isReady: () =>
        pool.query('select 1').then(
          () => true,
          () => false,
        ),
    },
  )
  const stop = async (): Promise<void> => {
    // At once, and unlike a kill without a segment of shared memory left behind.
    if (server.pid > 0 && server.exit === null) process.kill(server.pid, 'SIGQUIT')
    await server.stop()
    // A test that failed may hold a connection for ever: nobody waits for it.
    void pool.end().catch(() => undefined)
    await rm(dir, { recursive: true, force: true })
  }
  await server.start().catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return { port, url, pool, stop }
}

const environment = { PATH: process.env['PATH'], HOME: tmpdir(), LC_ALL: 'C' }

/** As root: hands the directories over and gives the words that change the user. */
function asPostgres(dirs: readonly string[]): readonly string[] {
  if (process.getuid?.() !== 0) return []
  const idOf = (option: string): string => execFileSync('id', [option, user], { encoding: 'utf8' }).trim()
  const [uid, gid] = [idOf('-u'), idOf('-g')]
  for (const dir of dirs) chownSync(dir, Number(uid), Number(gid))
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--']
}
