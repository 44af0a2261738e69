/**
 * A real Apicurio Registry, which keeps everything in memory.
 * Takes nothing. Gives the address of its API that is compatible with Confluent's, or why it is left out.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLog } from '@iris/common/lifecycle/log'
import { checkedJava } from '@iris/local-stack/artifacts'
import { checkedJars, jarsDir, type JarSet } from '@iris/local-stack/jars'
import { createManagedProcess } from '@iris/local-stack/managed-process'
import { freePort } from '@iris/local-stack/ports'
import { run } from '@iris/local-stack/run'

export interface Apicurio {
  /** With its path, as `schema.repository.serverUrl` takes it. */
  readonly url: string
  stop(): Promise<void>
}

const archive: JarSet = {
  directory: fileURLToPath(new URL('../apicurio', import.meta.url)),
  what: 'Apicurio Registry',
  orElse: 'or leave IRIS_TEST_APICURIO unset',
}
const unpackMs = 60_000
const startMs = 120_000
const stopMs = 10_000
const callMs = 5_000
/** It lives for seconds: what would make it fast later costs more than it brings. */
const jvm = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto']

/** Why tests with Apicurio are left out here; null when they run. Its archive has 142 MB. */
export async function whyNoApicurio(): Promise<string | null> {
  const wanted = process.env['IRIS_TEST_APICURIO']
  if (wanted === '1' || (wanted !== '0' && existsSync(await jarsDir(archive)))) return null
  return 'not downloaded yet: npm run check:registry'
}

/** Starts one in which a new version must be backward compatible, as Confluent's has it by default. */
export async function startApicurio(): Promise<Apicurio> {
  const [{ java }, [file = '']] = await Promise.all([checkedJava(), checkedJars(archive)])
  const dir = await mkdtemp(join(tmpdir(), `iris-test-${process.pid}-apicurio-`))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`
  const server = createManagedProcess(
    { log: silentLog },
    {
      ...{ name: `Apicurio on port ${port}`, command: java, processFile: null, startMs, stopMs },
      args: [
        ...jvm,
        ...['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`],
        ...['-Dquarkus.datasource.jdbc.min-size=1', '-Dquarkus.datasource.jdbc.initial-size=1'],
        ...['-jar', join(dir, basename(file).replace('-all.tar.gz', '-runner.jar'))],
      ],
      environment: { PATH: process.env['PATH'], HOME: dir },
      outputFile: join(dir, 'output.log'),
      isReady: () =>
        ask('GET', `${url}/subjects`).then(
          answer => answer.ok,
          () => false, // not listening yet
        ),
    },
  )
  const stop = async (): Promise<void> => {
    await server.stop()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    await unpack(file, dir)
    await server.start()
    const { ok, status } = await ask('PUT', `${url}/config`, { compatibility: 'BACKWARD' })
    if (!ok) throw new Error(`Apicurio does not take the compatibility: ${status}`)
    return { url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function unpack(file: string, dir: string): Promise<void> {
  const { code, output } = await run('tar', ['-xzf', file, '-C', dir], unpackMs)
  if (code !== 0) throw new Error(`${file} could not be unpacked: ${output}`)
}

function ask(method: string, url: string, json?: object): Promise<Response> {
  return fetch(url, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    signal: AbortSignal.timeout(callMs),
  })
}
