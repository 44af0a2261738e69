/**
 * A Kubernetes without machines, on 127.0.0.1 and for as long as a check takes: etcd, API server,
 * controllers and scheduler are the real ones, nodes and what runs on them are kwok's pretence.
 * Takes the programs from the PATH. Gives kubectl and helm that know of it. Promises: whatever it started is
 * gone, and its folder too, when `stop` is over; also when this process exits before.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pretence } from './pretence.js'

/** The programs of a cluster, and where each comes from. */
export const clusterTools = {
  etcd: 'apt-get install etcd-server (3.4), or go.etcd.io/etcd',
  'kube-apiserver': 'k8s.io/kubernetes, see docs/operating/kubernetes.md',
  'kube-controller-manager': 'k8s.io/kubernetes, as kube-apiserver',
  'kube-scheduler': 'k8s.io/kubernetes, as kube-apiserver',
  kubectl: 'k8s.io/kubernetes, as kube-apiserver',
  kwok: 'go install sigs.k8s.io/kwok/cmd/kwok@v0.8.0',
} as const
type Tool = keyof typeof clusterTools

/** What a program that ended left behind. */
export interface Ran {
  readonly isFine: boolean
  readonly stdout: string
  /** Warnings of the API server are here. */
  readonly stderr: string
}

export interface Cluster {
  /** The version that the API server says of itself. */
  readonly version: string
  kubectl(parameters: readonly string[], input?: string): Ran
  helm(parameters: readonly string[]): Ran
  stop(): Promise<void>
}

/** Those of its programs that are not on the PATH, with how to get them. */
export function missingTools(): readonly string[] {
  return Object.entries(clusterTools).flatMap(([tool, source]) =>
    spawnSync('which', [tool]).status === 0 ? [] : [`${tool}: ${source}`],
  )
}

/** Starts one that answers and has `nodes`. Rejects after a minute or when a program ends. */
export async function startCluster(nodes: readonly object[]): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'iris-cluster-'))
  const started: ChildProcess[] = []
  process.once('exit', () => {
    for (const each of started) each.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  // A signal ends a process without that event.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const start = (tool: Tool, parameters: Readonly<Record<string, string>>): void => {
    const log = openSync(join(folder, `${tool}.log`), 'w')
    const flags = Object.entries(parameters).map(([name, value]) => `--${name}=${value}`)
    started.push(spawn(tool, flags, { cwd: folder, stdio: ['ignore', log, log] }))
  }
  const stop = async (): Promise<void> => {
    // What depends on others goes first; the API server would wait for its watchers.
    for (const each of started.reverse())
      if (each.exitCode === null && each.signalCode === null) {
        each.kill('SIGKILL')
        await once(each, 'exit')
      }
    rmSync(folder, { recursive: true, force: true })
  }
  const server = `https://127.0.0.1:${await freePort()}`
  const kubeconfig = writeAccess(folder, server)
  const run = (tool: 'kubectl' | 'helm', parameters: readonly string[], input = ''): Ran => {
    const environment = { ...process.env, KUBECONFIG: kubeconfig, HELM_CACHE_HOME: folder }
    const { status, stdout, stderr, error } = spawnSync(tool, parameters, {
      input,
      encoding: 'utf8',
      env: environment,
      timeout: 330_000,
      maxBuffer: 64 * 1024 * 1024,
    })
    return { isFine: status === 0, stdout, stderr: error === undefined ? stderr : error.message }
  }
  const kubectl = (parameters: readonly string[], input?: string): Ran => run('kubectl', parameters, input)
  try {
    await startServers(folder, server, start)
    await untilFine('the API server', started, () => kubectl(['get', '--raw', '/readyz']))
    const local = { kubeconfig, 'leader-elect': 'false', 'secure-port': '0' }
    start('kube-controller-manager', {
      ...local,
      'service-account-private-key-file': join(folder, 'accounts.pem'),
      'use-service-account-credentials': 'false',
    })
    start('kube-scheduler', local)
    const config = join(folder, 'pretence.yaml')
    writeFileSync(config, pretence)
    start('kwok', { kubeconfig, config, 'manage-all-nodes': 'true', 'node-lease-duration-seconds': '40' })
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: nodes })
    await untilFine('nodes', started, () => kubectl(['apply', '--server-side', '-f', '-'], list))
    await untilFine('nodes that are ready', started, () =>
      kubectl(['wait', 'node', '--all', '--for=condition=Ready', '--timeout=2s']),
    )
    await untilFine('the account of a namespace', started, () =>
      kubectl(['get', 'serviceaccount', 'default', '-n', 'default']),
    )
    const { gitVersion } = JSON.parse(kubectl(['get', '--raw', '/version']).stdout) as { gitVersion: string }
    return { version: gitVersion, kubectl, helm: parameters => run('helm', parameters), stop }
  } catch (error) {
    const logs = started.map(({ spawnfile }) => tailOf(join(folder, `${spawnfile}.log`)))
    await stop()
    throw new Error(`${String(error)}\n${logs.join('\n')}`)
  }
}

async function startServers(
  folder: string,
  server: string,
  start: (tool: Tool, parameters: Readonly<Record<string, string>>) => void,
): Promise<void> {
  const [store, peers] = [await freePort(), await freePort()].map(port => `http://127.0.0.1:${port}`) as [
    string,
    string,
  ]
  start('etcd', {
    'data-dir': join(folder, 'etcd'),
    'listen-client-urls': store,
    'advertise-client-urls': store,
    'listen-peer-urls': peers,
    'initial-advertise-peer-urls': peers,
    'initial-cluster': `default=${peers}`,
  })
  const accounts = join(folder, 'accounts.pem')
  start('kube-apiserver', {
    'etcd-servers': store,
    'bind-address': '127.0.0.1',
    'secure-port': new URL(server).port,
    'cert-dir': join(folder, 'certificates'),
    'token-auth-file': join(folder, 'tokens.csv'),
    'authorization-mode': 'RBAC',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': accounts,
    'service-account-signing-key-file': accounts,
    'service-cluster-ip-range': '10.96.0.0/16',
  })
}

/** The key of an administrator, and the file by which programs find the server. Gives that file. */
function writeAccess(folder: string, server: string): string {
  const token = randomUUID()
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  mkdirSync(join(folder, 'certificates'))
  writeFileSync(join(folder, 'accounts.pem'), privateKey.export({ type: 'pkcs1', format: 'pem' }))
  writeFileSync(join(folder, 'tokens.csv'), `${token},check,check,system:masters\n`)
  const access = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'check', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'check', user: { token } }],
    contexts: [{ name: 'check', context: { cluster: 'check', user: 'check' } }],
    'current-context': 'check',
  }
  const file = join(folder, 'access.json')
  writeFileSync(file, JSON.stringify(access))
  return file
}

async function untilFine(what: string, started: readonly ChildProcess[], ask: () => Ran): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    const over = started.find(each => each.exitCode !== null)
    if (over !== undefined) throw new Error(`${over.spawnfile} ended`)
    if (ask().isFine) return
    await wait(1000)
  }
  throw new Error(`no ${what} after a minute`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const tailOf = (file: string): string => readFileSync(file, 'utf8').split('\n').slice(-5).join('\n')
