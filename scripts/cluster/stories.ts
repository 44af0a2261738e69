/**
 * What happens to a release in a cluster: plain manifests and the chart are installed, changed, drained and
 * taken away before real admission, controllers and scheduler.
 * Takes a cluster without anything of ours. Gives a line for each claim through `say`. Promises: what is not
 * run here (images, networks, disks, operators of others) is not claimed.
 */
import { readFileSync } from 'node:fs'
import { chartDir, manifestFile, manifestNames, valuesFile, type ManifestName } from '../deploy-manifests.js'
import type { Cluster, Ran } from './servers.js'

type Say = (isFine: boolean, what: string, details?: string) => void

interface Item {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly deletionTimestamp?: string
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly spec: { readonly nodeName?: string; readonly replicas?: number }
  readonly status: { readonly phase?: string }
}

const zone = 'topology.kubernetes.io/zone'
const host = 'kubernetes.io/hostname'

/** Two machines in each of two zones. */
export const nodes = ['a1', 'a2', 'b1', 'b2'].map(name => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { [host]: name, [zone]: name.slice(0, 1), 'kubernetes.io/os': 'linux' } },
  status: {
    allocatable: { cpu: '8', memory: '32Gi', pods: '110', 'ephemeral-storage': '100Gi' },
    capacity: { cpu: '8', memory: '32Gi', pods: '110', 'ephemeral-storage': '100Gi' },
  },
}))

/** What the values of `large` take for granted: a class of volumes with volumes, and a priority. */
const surroundings = [
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'fast' },
    provisioner: 'kubernetes.io/no-provisioner',
  },
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'business' }, value: 1000 },
  ...Array.from({ length: 12 }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `volume-${index}` },
    spec: {
      storageClassName: 'fast',
      capacity: { storage: '4Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: `/volume-${index}` },
    },
  })),
]

/** A namespace as a platform gives it: strict pod security, a quota, and bounds for each container. */
const namespaceOf = (name: string): readonly object[] => {
  const levels = ['enforce', 'warn', 'audit'].map(mode => [
    `pod-security.kubernetes.io/${mode}`,
    'restricted',
  ])
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: Object.fromEntries(levels) as Record<string, string> },
    },
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'quota', namespace: name },
      spec: {
        hard: { 'requests.cpu': '16', 'requests.memory': '24Gi', 'limits.memory': '48Gi', pods: '30' },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'bounds', namespace: name },
      spec: { limits: [{ type: 'Container', min: { cpu: '50m', memory: '64Mi' }, max: { memory: '4Gi' } }] },
    },
  ]
}

/** Runs all of it. `definitions`: the folder with the definitions of KEDA's and the Prometheus operator's. */
export function checkStories(cluster: Cluster, definitions: string | null, say: Say): void {
  const tell = (what: string, ...all: readonly Ran[]): void => {
    const wrong = all.filter(each => !each.isFine || /^Warning:/m.test(each.stderr))
    say(wrong.length === 0, what, wrong.map(each => each.stderr || each.stdout).join('\n'))
  }
  const given = [apply(cluster, surroundings)]
  if (definitions !== null)
    given.push(cluster.kubectl(['apply', '--server-side', '-f', definitions]), definitionsKnown(cluster))
  tell('the cluster has what the manifests take for granted', ...given)
  checkStrictness(cluster, say)
  for (const name of manifestNames) checkManifest(cluster, name, definitions !== null, { say, tell })
  checkRelease(cluster, { say, tell })
}

interface Voices {
  readonly say: Say
  tell(what: string, ...all: readonly Ran[]): void
}

/** A check that finds nothing must be one that would. */
function checkStrictness(cluster: Cluster, say: Say): void {
  const namespace = 'strict'
  apply(cluster, namespaceOf(namespace))
  const pod = (security: object, more: object): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'any', namespace },
    spec: {
      ...security,
      containers: [{ name: 'any', image: 'any', resources: { requests: { cpu: '1' } }, ...more }],
    },
  })
  const root = apply(cluster, [pod({}, {})])
  const unknown = apply(cluster, [pod({}, { imagePulPolicy: 'Always' })])
  say(
    /violates PodSecurity "restricted/.test(root.stderr) && /imagePulPolicy/.test(unknown.stderr),
    'the cluster refuses pods with rights and members that it does not know',
    root.stderr + unknown.stderr,
  )
}

function checkManifest(cluster: Cluster, name: ManifestName, hasDefinitions: boolean, voices: Voices): void {
  const namespace = `plain-${name}`
  const text = readFileSync(manifestFile(name), 'utf8')
  const manifest = hasDefinitions ? text : withoutForeign(text)
  const remark = manifest === text ? '' : ', less objects of operators'
  const inside = ['--namespace', namespace, '-f', '-']
  apply(cluster, namespaceOf(namespace))
  voices.tell(
    `${name}.yaml is taken as it stands, without a warning${remark}`,
    cluster.kubectl(['apply', '--server-side', '--validate=strict', ...inside], manifest),
  )
  voices.tell(`${name}.yaml runs`, ...rolledOut(cluster, namespace))
  checkSpread(cluster, namespace, name, voices.say)
  cluster.kubectl(['delete', '--wait', '--timeout=90s', ...inside], manifest)
  checkNothingLeft(cluster, namespace, name, voices.say)
  cluster.kubectl(['delete', 'namespace', namespace, '--wait=false'])
}

/** As the chart is used: installed, changed in each way that might be refused, gone back with, taken away. */
function checkRelease(cluster: Cluster, { say, tell }: Voices): void {
  const namespace = 'release'
  const released = releaseIn(cluster, namespace)
  const { helm, upgrade, rolled } = released
  apply(cluster, namespaceOf(namespace))
  tell('helm install', helm('install'), ...rolled())
  const before = uidsOf(cluster, namespace)
  tell('helm upgrade to other settings', ...upgrade())
  const isReplaced = uidsOf(cluster, namespace).every(uid => !before.includes(uid))
  say(isReplaced, 'changed settings replace every pod')
  checkSpread(cluster, namespace, 'the chart after an upgrade', say)
  tell('helm upgrade to more processes', ...upgrade('frontend.replicas=4', 'consumers.replicas=4'))
  const scaling = ['frontend', 'consumers'].map(service => `${service}.autoscaling.enabled=true`)
  tell('helm upgrade to scaling', ...upgrade(...scaling, 'consumers.autoscaling.engine=adapter'))
  const counts = read(cluster, namespace, 'deployment').map(
    ({ metadata, spec }) => `${metadata.name} ${spec.replicas}`,
  )
  const isKept = counts.join() === 'iris-consumers 4,iris-frontend 4,iris-management 2'
  say(isKept, 'scaling begins with as many processes as there are', counts.join())
  checkDrain(cluster, namespace, { say, tell })
  checkSpool(cluster, released, { say, tell })
  tell('helm rollback to what was installed first', helm('rollback', '1'), ...rolled())
  tell('helm uninstall', helm('uninstall', '--wait'))
  checkNothingLeft(cluster, namespace, 'helm uninstall', say)
  const claims = read(cluster, namespace, 'persistentvolumeclaim')
  say(claims.length === 2, 'the volumes of spools outlive it', `${claims.length} claims`)
}

interface Released {
  readonly namespace: string
  /** Runs a verb of helm on the release. */
  helm(verb: 'install' | 'upgrade' | 'rollback' | 'uninstall', ...more: readonly string[]): Ran
  /** Upgrades to `small` with other settings and these values, until it runs. */
  upgrade(...values: readonly string[]): readonly Ran[]
  rolled(): readonly Ran[]
}

function releaseIn(cluster: Cluster, namespace: string): Released {
  const helm: Released['helm'] = (verb, ...more) => {
    const isOfChart = verb === 'install' || verb === 'upgrade'
    const chart = isOfChart ? [chartDir, '--values', valuesFile('small')] : []
    return cluster.helm([verb, 'iris', ...chart, ...more, '--namespace', namespace])
  }
  const rolled = (): readonly Ran[] => rolledOut(cluster, namespace)
  const upgrade: Released['upgrade'] = (...values) => {
    const all = ['settings.log\\.level=debug', ...values]
    return [helm('upgrade', ...all.flatMap(each => ['--set', each])), ...rolled()]
  }
  return { namespace, helm, upgrade, rolled }
}

/** Frontends get volumes; larger ones only by the way that docs/operating/kubernetes.md tells. */
function checkSpool(cluster: Cluster, { namespace, upgrade }: Released, { say, tell }: Voices): void {
  const spool = ['frontend.spool.enabled=true', 'frontend.spool.storageClass=fast']
  tell('helm upgrade to a spool', ...upgrade(...spool))
  const larger = [...spool, 'frontend.spool.size=8Gi']
  const [refused] = upgrade(...larger)
  const isRefused = refused?.isFine === false && /immutable|forbidden/.test(refused.stderr)
  say(isRefused, 'helm upgrade to larger volumes is refused', refused?.stderr)
  const before = uidsOf(cluster, namespace)
  const set = ['delete', 'statefulset', 'iris-frontend', '--cascade=orphan', '--namespace', namespace]
  tell('helm upgrade to larger volumes without the set', cluster.kubectl(set), ...upgrade(...larger))
  const isSame = uidsOf(cluster, namespace).every(uid => before.includes(uid))
  say(isSame, 'the set made anew takes over the pods as they are')
}

/** Takes a machine away; each service must have a pod elsewhere all the while, which the budgets see to. */
function checkDrain(cluster: Cluster, namespace: string, { say, tell }: Voices): void {
  const node = read(cluster, namespace, 'pod')[0]?.spec.nodeName ?? ''
  tell(
    'a machine is drained',
    cluster.kubectl(['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=300s']),
    ...rolledOut(cluster, namespace),
  )
  const left = read(cluster, namespace, 'pod').filter(each => each.spec.nodeName === node)
  say(node !== '' && left.length === 0, 'nothing is left on it')
  cluster.kubectl(['uncordon', node])
}

/** The pods of each service are in as many machines and zones as they can be. */
function checkSpread(cluster: Cluster, namespace: string, what: string, say: Say): void {
  const pods = read(cluster, namespace, 'pod').filter(each => each.status.phase === 'Running')
  const placesOf = (component: string, place: (node: string) => string): readonly string[] =>
    pods
      .filter(each => each.metadata.labels?.['app.kubernetes.io/component'] === component)
      .map(each => place(each.spec.nodeName ?? ''))
  const bad = ['frontend', 'management', 'consumers'].filter(component => {
    const count = placesOf(component, node => node).length
    const machines = new Set(placesOf(component, node => node)).size
    const zones = new Set(placesOf(component, node => node.slice(0, 1))).size
    return machines < Math.min(count, 4) || zones < Math.min(count, 2)
  })
  const places = pods.map(each => `${each.metadata.name} ${each.spec.nodeName}`).join('\n')
  say(pods.length > 0 && bad.length === 0, `${what}: pods are spread over machines and zones`, places)
}

/** But for claims of volumes, and what was there before. Pods go after what made them. */
function checkNothingLeft(cluster: Cluster, namespace: string, what: string, say: Say): void {
  cluster.kubectl(['wait', 'pod', '--all', '--for=delete', '--namespace', namespace, '--timeout=60s'])
  const kinds = cluster.kubectl(['api-resources', '--verbs=list,delete', '--namespaced', '-o', 'name']).stdout
  const listed = kinds.split('\n').filter(kind => kind !== '' && !/^(events|pods\.metrics)/.test(kind))
  const names = cluster.kubectl(['get', listed.join(), '--namespace', namespace, '-o', 'name']).stdout
  const kept =
    /^(persistentvolumeclaim|serviceaccount\/default|configmap\/kube-root|resourcequota|limitrange)/
  const left = names.split('\n').filter(name => name !== '' && !kept.test(name))
  say(left.length === 0, `${what} leaves nothing but volumes`, left.join('\n'))
}

/** Waits for every workload, five minutes each. */
function rolledOut(cluster: Cluster, namespace: string): readonly Ran[] {
  const workloads = cluster
    .kubectl(['get', 'deployment,statefulset', '--namespace', namespace, '-o', 'name'])
    .stdout.split('\n')
    .filter(name => name !== '')
  return workloads.map(name =>
    cluster.kubectl(['rollout', 'status', name, '--namespace', namespace, '--timeout=300s']),
  )
}

/** Objects of a kind, by name, less those that are on their way out. */
function read(cluster: Cluster, namespace: string, kind: string): readonly Item[] {
  const { stdout } = cluster.kubectl(['get', kind, '--namespace', namespace, '-o', 'json'])
  const { items } = JSON.parse(stdout) as { readonly items: readonly Item[] }
  return items.filter(each => each.metadata.deletionTimestamp === undefined)
}

const uidsOf = (cluster: Cluster, namespace: string): readonly string[] =>
  read(cluster, namespace, 'pod').map(each => each.metadata.uid)

function apply(cluster: Cluster, items: readonly object[]): Ran {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  return cluster.kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], list)
}

const definitionsKnown = (cluster: Cluster): Ran =>
  cluster.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s'])

/** A manifest without the objects of operators. */
const withoutForeign = (manifest: string): string =>
  manifest
    .split(/^---$/m)
    .filter(each => !/^apiVersion: (keda\.sh|monitoring\.coreos\.com)\//m.test(each))
    .join('---')
