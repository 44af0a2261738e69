#!/usr/bin/env node
/**
 * `npm run schemathesis [-- --seconds 120 --seed N]`: requests made at random from the OpenAPI document.
 * Takes a time and a seed. Starts Kafka, ZooKeeper and management of its own on 127.0.0.1, installs
 * schemathesis from PyPI into a folder that goes away again, and ends with its exit code.
 * Promises: no consumers run, so nothing is sent to the endpoints that it invents; everything stops.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startKafka } from '@iris/local-stack/kafka'
import { startZooKeeper } from '@iris/local-stack/zookeeper'
import { localOwner } from '@iris/local-stack/iris-api'
import { startTestStack } from '../support/stack.js'

const version = '4.32.5'
const installMs = 300_000
/** Beyond the time that it may take for its requests: reading the document, writing what it found. */
const overtimeMs = 120_000

/** No 5xx but those that are described, no other status, content or form than the document says. */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
]

/** Bounds that are reached and owners that do not answer are described: 503 and 504. */
const settings = '[checks]\nnot_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 503, 504]\n'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: '1' },
    examples: { type: 'string', default: '40' },
  },
})

const directory = mkdtempSync(join(tmpdir(), 'iris-schemathesis-'))
const stops: (() => Promise<unknown>)[] = [
  () => Promise.resolve(rmSync(directory, { recursive: true, force: true })),
]
try {
  process.exitCode = await run()
} finally {
  for (const stop of stops.reverse()) await stop()
}

async function run(): Promise<number> {
  const program = await installed()
  writeFileSync(join(directory, 'schemathesis.toml'), settings)
  const kafka = await startKafka({ dataDir: join(directory, 'kafka') })
  stops.push(() => kafka.kill())
  const zookeeper = await startZooKeeper({ dataDir: join(directory, 'zookeeper') })
  stops.push(() => zookeeper.kill())
  const stack = await startTestStack({
    ...{ kafka: kafka.bootstrap, zookeeper: zookeeper.connection },
    ...{ frontends: 0, consumers: 0 },
  })
  stops.push(() => stack.stop())
  const { url } = stack.management
  await exampleThings(url)
  const seconds = Number(values.seconds)
  const limits = ['--max-time', values.seconds, '--max-examples', values.examples, '--request-timeout', '60']
  const how = [
    '--seed',
    values.seed,
    '--continue-on-failure',
    '--no-shrink',
    '--suppress-health-check',
    'all',
  ]
  const what = [
    '--checks',
    checks.join(),
    '--exclude-tag',
    'Publishing',
    '--exclude-tag',
    'Reading',
    '--warnings',
    'off',
  ]
  const description = `${url}/openapi.json`
  return ended(program, ['run', description, ...limits, ...how, ...what], seconds * 1000 + overtimeMs)
}

/** What the examples of the document speak of. */
async function exampleThings(url: string): Promise<void> {
  const owner = localOwner
  const topic = {
    name: 'demo.orders',
    description: '',
    owner,
    contentType: 'JSON',
    retentionTime: { duration: 1 },
  }
  const endpoint = 'http://127.0.0.1:9/in'
  const subscription = { topicName: 'demo.orders', name: 'billing', description: '', owner, endpoint }
  for (const [path, body] of [
    ['/groups', { groupName: 'demo' }],
    ['/topics', topic],
    ['/topics/demo.orders/subscriptions', subscription],
  ] as const) {
    const headers = { 'Content-Type': 'application/json' }
    const request = {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    }
    const answer = await fetch(url + path, request)
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
  }
}

/** The program in an environment of its own, or the one that `SCHEMATHESIS` names. */
async function installed(): Promise<string> {
  const given = process.env['SCHEMATHESIS']
  if (given !== undefined) return given
  const environment = join(directory, 'python')
  const steps: readonly (readonly string[])[] = [
    ['python3', '-m', 'venv', environment],
    [join(environment, 'bin', 'pip'), 'install', '--quiet', `schemathesis==${version}`],
  ]
  for (const [command = '', ...args] of steps) {
    const code = await ended(command, args, installMs)
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`)
  }
  return join(environment, 'bin', 'schemathesis')
}

/** Runs a command to its end, or ends it after `limitMs`; gives its exit code. */
function ended(command: string, args: readonly string[], limitMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: directory, stdio: 'inherit', timeout: limitMs })
    child.on('error', reject)
    child.on('exit', code => resolve(code ?? 1))
  })
}
