/**
 * No cluster runs these here, so what can be known without one is checked: that every setting is one that its
 * service takes, and that ports, pages, times and names are those of the services and agree with each other.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import type { ConfigKeys, ConfigOf } from '@iris/common/config/declare'
import { loadConfig } from '@iris/common/config/load'
import { consumersKeys } from '@iris/consumers-service/config'
import { stopMs as consumersStopMs } from '@iris/consumers-service/wire'
import { frontendKeys } from '@iris/frontend-service/config'
import { metricsPath } from '@iris/frontend-service/http/routes'
import { createReadiness, readinessPages } from '@iris/frontend-service/readiness/readiness'
import { stopMsOf } from '@iris/frontend-service/wire'
import { managementKeys } from '@iris/management-service/config'
import { contracts, frontendContracts } from '@iris/management-service/http/contract/contracts'
import { statusContract } from '@iris/management-service/http/contract/status'
import { stopMs as managementStopMs } from '@iris/management-service/wire'
import { generatedDocuments } from './documents.js'
import { manifestFile, manifestHeader, manifestNames } from './deploy-manifests.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const services = ['frontend', 'management', 'consumers'] as const
type Service = (typeof services)[number]

type Labels = Readonly<Record<string, string>>

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string; readonly scheme?: string }
}

interface Variable {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: { readonly fieldRef?: object; readonly secretKeyRef?: object }
}

interface Container {
  readonly image: string
  readonly args: readonly string[]
  readonly env: readonly Variable[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly startupProbe: Probe
  readonly readinessProbe: Probe
  readonly livenessProbe: Probe
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } }
  readonly securityContext: object
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}

interface Pod {
  readonly automountServiceAccountToken: boolean
  readonly enableServiceLinks: boolean
  readonly hostNetwork?: boolean
  readonly terminationGracePeriodSeconds: number
  readonly securityContext: object
  readonly containers: readonly Container[]
  readonly volumes: readonly Readonly<Record<string, unknown>>[]
}

interface Selector {
  readonly matchLabels: Labels
}

interface Rule {
  readonly http: {
    readonly paths: readonly { readonly path: string; readonly pathType: 'Exact' | 'Prefix' }[]
  }
}

interface Egress {
  readonly ports?: readonly { readonly port: number }[]
  readonly to?: readonly { readonly podSelector?: Selector }[]
}

/** An object of Kubernetes, of any kind. */
interface Resource {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Readonly<Record<string, string>>
  readonly spec: {
    /** A service has the labels themselves here, all others below `matchLabels`. */
    readonly selector?: Labels | Selector
    readonly podSelector?: Selector
    readonly egress?: readonly Egress[]
    readonly scaleTargetRef?: { readonly name: string }
    readonly ports?: readonly { readonly port: number }[]
    readonly rules?: readonly Rule[]
    readonly podMetricsEndpoints?: readonly { readonly path: string }[]
    readonly template?: { readonly metadata: { readonly labels: Labels }; readonly spec: Pod }
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[]
  }
}

/** What stands for values that only a cluster knows. */
const standIns: Readonly<Record<string, string>> = {
  POD_IP: '10.0.0.7',
  POD_NAME: 'iris-frontend-0',
  IRIS_SECRETS_KEYS: Buffer.alloc(32, 1).toString('base64'),
}

/** Whether something is below a path: a route, or a file of the console. */
function isKnown(path: string, served: readonly string[]): boolean {
  const files = [
    '/assets',
    ...readdirSync(join(root, 'management-service/console/public')).map(name => `/${name}`),
  ]
  return [...served, ...files].some(each => each === path || each.startsWith(`${path}/`))
}

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'iris-manifests-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function readConfig<K extends ConfigKeys>(
  keys: K,
  settings: string,
  variables: readonly Variable[],
): ConfigOf<K> {
  const given = variables.map(({ name, value }) => {
    const text = value ?? standIns[name] ?? ''
    return [name, text.replaceAll(/\$\((\w+)\)/g, (_match, other: string) => standIns[other] ?? '')]
  })
  const file = join(folder, 'settings.yaml')
  writeFileSync(file, settings)
  const environment = Object.fromEntries(given) as Record<string, string>
  return loadConfig(keys, { argv: ['--config', file], environment })
}

const sourceOf = (path: string): string => readFileSync(join(root, path), 'utf8')
const pagesOf: Readonly<Record<Service, readonly string[]>> = {
  frontend: [...readinessPages(createReadiness([])).map(each => each.path), metricsPath],
  management: Object.keys(statusContract.routes).map(route => route.replace('GET ', '')),
  consumers: [...sourceOf('consumers-service/src/http/status.ts').matchAll(/case '(\/[^']+)'/g)].map(
    match => match[1] ?? '',
  ),
}
const portOf: Readonly<Record<Service, unknown>> = {
  frontend: frontendKeys.port.fallback,
  management: managementKeys.port.fallback,
  consumers: consumersKeys.port.fallback,
}

describe.each(manifestNames)('deploy/kubernetes/%s.yaml', name => {
  const text = readFileSync(manifestFile(name), 'utf8')
  const resources = parseAllDocuments(text)
    .map(each => each.toJS() as Resource | null)
    .filter(each => each !== null)
  const named = (kind: RegExp, of: string): Resource => {
    const found = resources.find(each => kind.test(each.kind) && each.metadata.name === of)
    if (found === undefined) throw new Error(`no ${kind.source} ${of}`)
    return found
  }
  const podOf = (of: string): Pod => named(/^Deployment|StatefulSet$/, of).spec.template!.spec
  const containerOf = (service: Service): Container => podOf(`iris-${service}`).containers[0]!
  const configOf = <K extends ConfigKeys>(service: Service, keys: K): ConfigOf<K> => {
    const settings = named(/^ConfigMap$/, `iris-${service}`).data?.['settings.yaml'] ?? ''
    return readConfig(keys, settings, containerOf(service).env)
  }

  it('is rendered from the present chart and values', () => {
    expect(text.slice(0, manifestHeader(name).length)).toBe(manifestHeader(name))
  })

  it('gives each service only settings that it takes', () => {
    const frontend = configOf('frontend', frontendKeys)
    const management = configOf('management', managementKeys)
    const consumers = configOf('consumers', consumersKeys)

    expect([frontend.instanceId, frontend.advertisedHost]).toEqual(['iris-frontend-0', '10.0.0.7'])
    expect([consumers.advertisedUrl, management.advertisedHost]).toEqual(['http://10.0.0.7:8000', '10.0.0.7'])
    expect(management.adminKeyFile === '').toBe(management.accessMode === 'open')
    expect(management.allowedNetworks).toEqual(consumers.allowedNetworks)
    expect(frontend.kafkaBrokers).toEqual(consumers.kafkaBrokers)
  })

  it.each(services)('starts, asks and reaches %s where it answers', service => {
    const { args, ports, startupProbe, readinessProbe, livenessProbe } = containerOf(service)

    expect(args).toEqual([`${service}-service/dist/main.js`, '--config', '/etc/iris/settings.yaml'])
    expect(sourceOf('docker/Dockerfile')).toContain(`CMD ["${args[0]}"]`)
    expect(ports[0]).toMatchObject({ name: 'http', containerPort: portOf[service] })
    const speaksTls = service === 'management' && configOf('management', managementKeys).sslCertFile !== ''
    for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe]) {
      expect(pagesOf[service]).toContain(httpGet.path)
      expect(httpGet.port).toBe('http')
      expect(httpGet.scheme).toBe(speaksTls ? 'HTTPS' : undefined)
    }
  })

  it('opens the port for TLS of a frontend that has one, and no other', () => {
    const { isSslEnabled, sslPort } = configOf('frontend', frontendKeys)
    const wanted = isSslEnabled ? [{ name: 'https', containerPort: sslPort }] : []

    expect(services.flatMap(service => containerOf(service).ports.slice(1))).toEqual(wanted)
    const offered = named(/^Service$/, 'iris-frontend').spec.ports?.map(each => each.port)
    expect(offered).toEqual([portOf.frontend, ...(isSslEnabled ? [sslPort] : [])])
    expect(isSslEnabled).toBe(name === 'large')
  })

  it('waits for each service to stop for longer than a stop may take', () => {
    const stops = {
      frontend: stopMsOf(configOf('frontend', frontendKeys)),
      management: managementStopMs,
      consumers: consumersStopMs,
    }
    for (const service of services) {
      const waited = Number(containerOf(service).lifecycle?.preStop.exec.command[1] ?? 0)
      const graceS = podOf(`iris-${service}`).terminationGracePeriodSeconds
      expect(graceS, service).toBeGreaterThan(waited + stops[service] / 1000)
    }
  })

  it('runs without rights: nothing of the cluster, no root, no writable image', () => {
    const workloads = resources.filter(each => each.spec?.template !== undefined)

    expect(workloads.length).toBeGreaterThanOrEqual(services.length)
    for (const { metadata, spec } of workloads) {
      const { containers, ...pod } = spec.template!.spec
      expect(pod, metadata.name).toMatchObject({
        ...{ automountServiceAccountToken: false, enableServiceLinks: false },
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      })
      expect(pod.hostNetwork, metadata.name).toBeUndefined()
      expect(pod.volumes.flatMap(each => Object.keys(each))).not.toContain('hostPath')
      for (const { securityContext } of containers)
        expect(securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        })
    }
    for (const service of services)
      expect(containerOf(service).securityContext).toMatchObject({ readOnlyRootFilesystem: true })
  })

  it('mounts what is declared, and nothing below what cannot be written', () => {
    for (const service of services) {
      const { volumeMounts } = containerOf(service)
      const claims = named(/^Deployment|StatefulSet$/, `iris-${service}`).spec.volumeClaimTemplates ?? []
      const declared = [...podOf(`iris-${service}`).volumes, ...claims.map(each => each.metadata)]
      const paths = volumeMounts.map(each => `${each.mountPath}/`)

      expect(volumeMounts.map(each => each.name).sort()).toEqual(declared.map(each => each['name']).sort())
      expect(paths.filter(path => paths.some(other => other !== path && path.startsWith(other)))).toEqual([])
    }
    const { spoolDirectory } = configOf('frontend', frontendKeys)
    const mounted = containerOf('frontend').volumeMounts.find(each => each.name === 'spool')?.mountPath
    expect(spoolDirectory).toBe(mounted === undefined ? '' : `${mounted}/spool`)
  })

  it('selects pods that there are', () => {
    const pods = resources.flatMap(each =>
      each.spec?.template === undefined ? [] : [each.spec.template.metadata.labels],
    )
    const labelsOf = (selector: Labels | Selector): Labels =>
      typeof selector.matchLabels === 'object' ? selector.matchLabels : (selector as Labels)
    const selectors = resources
      .map(each => each.spec?.podSelector ?? each.spec?.selector)
      .filter(each => each !== undefined)
      .map(labelsOf)
    const isMet = (selector: Labels): boolean =>
      pods.some(labels => Object.entries(selector).every(([label, value]) => labels[label] === value))

    expect(selectors.length).toBeGreaterThan(pods.length)
    expect(selectors.filter(each => !isMet(each))).toEqual([])
    for (const { spec } of resources)
      if (spec?.scaleTargetRef !== undefined) named(/^Deployment$/, spec.scaleTargetRef.name)
  })

  it('lets frontends call frontends alone of ours, and management all of them', () => {
    const calledBy = (service: Service): readonly number[] => {
      const { egress = [] } = named(/^NetworkPolicy$/, `iris-${service}`).spec
      const ours = egress.filter(({ to = [] }) => to.some(({ podSelector }) => podSelector !== undefined))
      return ours.flatMap(({ ports = [] }) => ports.map(({ port }) => port))
    }

    const isLimited = name === 'large'
    expect(calledBy('frontend')).toEqual(isLimited ? [portOf.frontend] : [])
    expect(calledBy('management')).toEqual(isLimited ? services.map(service => portOf[service]) : [])
    expect(calledBy('consumers')).toEqual([])
  })

  it('leads from outside to all that is served, but for what processes tell of themselves', () => {
    const ingresses = resources.filter(each => each.kind === 'Ingress')
    for (const { metadata, spec } of ingresses) {
      const paths = spec.rules!.flatMap(({ http }) => http.paths)
      const leadsTo = (asked: string): boolean =>
        paths.some(
          ({ path, pathType }) => asked === path || (pathType === 'Prefix' && asked.startsWith(`${path}/`)),
        )
      const isManagement = metadata.name === 'iris-management'
      const served = (isManagement ? contracts : frontendContracts)
        .flatMap(({ routes }) => Object.keys(routes).map(route => route.split(' ')[1]!))
        .filter(path => !path.startsWith('/status/'))

      expect(
        served.filter(path => !leadsTo(path)),
        metadata.name,
      ).toEqual([])
      expect(pagesOf[isManagement ? 'management' : 'frontend'].filter(leadsTo).sort()).toEqual([
        '/status/health',
        '/status/ready',
      ])
      expect([leadsTo('/status/figures'), leadsTo('/status')]).toEqual([false, false])
      for (const { path } of paths.filter(({ pathType }) => pathType === 'Prefix'))
        expect(isKnown(path, served), path).toBe(true)
    }
    expect(ingresses).toHaveLength(name === 'large' ? 2 : 0)
  })

  it('asks for metrics that there are, at the page that has them', () => {
    const declared = generatedDocuments()['docs/operating/metrics.md'] ?? ''
    const asked = text.match(/hermes_\w+/g) ?? []

    expect(asked.filter(metric => !declared.includes(`\`${metric}\``))).toEqual([])
    expect(asked.length > 0).toBe(name === 'large')
    for (const { spec } of resources)
      for (const { path } of spec?.podMetricsEndpoints ?? []) expect(path).toBe(metricsPath)
  })
})

it('tries Iris out with the Kafka and the ZooKeeper of docker/compose.yaml', () => {
  const compose = parse(sourceOf('docker/compose.yaml')) as {
    readonly services: Readonly<Record<string, { readonly image?: string }>>
  }
  const trial = readFileSync(manifestFile('trial'), 'utf8')

  for (const server of ['kafka', 'zookeeper'])
    expect(trial).toContain(`image: ${compose.services[server]?.image}\n`)
})

it('would be told about a setting that no service takes', () => {
  expect(() => readConfig(frontendKeys, 'frontend.server.prot: 8080', [])).toThrow('frontend.server.prot')
  expect(() =>
    readConfig(frontendKeys, '', [{ name: 'IRIS_FRONTEND_PORT', value: 'tcp://10.0.0.1' }]),
  ).toThrow('IRIS_FRONTEND_PORT')
})
