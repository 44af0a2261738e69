/**
 * Import walls: who may know whom.
 * Takes the sources. Gives a finding for each import through a wall, each cycle, each impure import of a pure
 * file.
 */
import { posix } from 'node:path'
import type { Finding, SourceFile } from './source.js'

/** Libraries with one folder each: swapping a library is one folder. */
const libraryHomes: Readonly<Record<string, readonly string[]>> = {
  kafkajs: ['common/src/kafka/', 'tests/'],
  'node-zookeeper-client': ['common/src/zookeeper/'],
  undici: ['common/src/http/', 'tests/'],
  express: ['common/src/http/', 'receiver/src/frameworks.test.ts'],
  compression: ['common/src/http/'],
  fastify: ['receiver/src/frameworks.test.ts'],
  pg: ['outbox/src/postgres/', 'tests/'],
  'prom-client': ['common/src/metrics/'],
  re2js: ['common/src/filter/'],
  avsc: ['common/src/schema/', 'tests/'],
  ajv: ['common/src/schema/'],
  react: ['management-service/console/'],
}

/** Steps of a pipeline are joined by the pipeline only. */
const steps: Readonly<Record<string, readonly string[]>> = {
  'frontend-service/src/publish/': ['admit', 'read', 'stamp', 'check', 'append', 'answer'],
  'consumers-service/src/delivery/': ['receive', 'dead-letter', 'commit'],
}

/** Packages that know no other of ours: users take `receiver` alone. */
const aloof = ['common', 'receiver']

const services = ['frontend-service', 'management-service', 'consumers-service']

export function checkWalls(sources: readonly SourceFile[]): Finding[] {
  const paths = new Set(sources.map(each => each.path))
  const findings = sources.flatMap(source => source.imports.flatMap(each => checkImport(source, each)))
  return [...findings, ...sources.flatMap(checkPure), ...checkCycles(sources, paths)]
}

function checkImport(source: SourceFile, { from, line }: { from: string; line: number }): Finding[] {
  const finding = (problem: string, fix: string): Finding[] => [{ path: source.path, line, problem, fix }]
  const home = libraryHomes[from.split('/')[0] ?? '']
  if (home !== undefined && !home.some(folder => source.path.startsWith(folder))) {
    return finding(`imports ${from}`, `only ${home.join(' and ')} may: use what it exports`)
  }
  const own = source.path.split('/')[0] ?? ''
  if (aloof.includes(own) && !source.isTest && from.startsWith('@iris/')) {
    return finding(`${own} imports ${from}`, `${own} knows no other package`)
  }
  const target = /^@iris\/([a-z-]+)/.exec(from)?.[1]
  if (target !== undefined && services.includes(target) && own !== 'scripts') {
    return finding(`imports the service ${target}`, 'speak to a service over HTTP only')
  }
  return isStepToStep(source.path, from)
    ? finding(`a step imports the step ${from}`, 'let the pipeline join them')
    : []
}

function isStepToStep(path: string, from: string): boolean {
  if (path.endsWith('.test.ts')) return false
  return Object.entries(steps).some(([folder, names]) => {
    const isStep = names.some(name => path === `${folder}${name}.ts`)
    return isStep && names.some(name => from === `./${name}.js`)
  })
}

const pureForbidden =
  /^(node:(?!assert|buffer|util|zlib|os|crypto)|kafkajs|undici|express|node-zookeeper-client|prom-client)/
const impureOurs =
  /(?<!protocol)\/(config|scheduler|clock|session|cluster|connection|server|client|wire)\.js$/

function checkPure(source: SourceFile): Finding[] {
  if (!source.lines[0]?.startsWith('// pure')) return []
  const typeOnly = new Set(
    source.lines.flatMap((line, index) =>
      /^import type |^} from|^export type /.test(line) ? [index + 1] : [],
    ),
  )
  return source.imports
    .filter(each => !isCodec(source.path, each.from))
    .filter(each => pureForbidden.test(each.from) || (impureOurs.test(each.from) && !typeOnly.has(each.line)))
    .map(each => ({
      path: source.path,
      line: each.line,
      problem: `a pure file imports ${each.from}`,
      fix: 'take what it gives as a parameter',
    }))
}

/** `protocol/wire.ts` is Kafka's codec, not the wiring of a service. */
function isCodec(path: string, from: string): boolean {
  return posix.join(posix.dirname(path), from).endsWith('kafka/protocol/wire.js')
}

function checkCycles(sources: readonly SourceFile[], paths: ReadonlySet<string>): Finding[] {
  const edges = new Map(sources.map(source => [source.path, targetsOf(source, paths)]))
  const done = new Set<string>()
  const findings: Finding[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      const cycle = [...trail.slice(trail.indexOf(path)), path].join(' -> ')
      findings.push({
        path,
        line: 1,
        problem: `import cycle ${cycle}`,
        fix: 'move what both need below them',
      })
      return
    }
    if (done.has(path)) return
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return findings
}

function targetsOf(source: SourceFile, paths: ReadonlySet<string>): readonly string[] {
  return source.imports
    .filter(each => each.from.startsWith('.'))
    .map(each => posix.join(posix.dirname(source.path), each.from))
    .flatMap(path => [path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx')])
    .filter(path => paths.has(path))
}
