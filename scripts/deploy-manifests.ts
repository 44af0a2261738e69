/**
 * The plain manifests of `deploy/kubernetes`, and the chart they are rendered from.
 * Gives where each lies and its first lines, which hold a fingerprint of all that it is made of.
 * Promises: whether a manifest is that of the present chart can be told without Helm.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL(import.meta.url.includes('/dist/') ? '../..' : '..', import.meta.url))

/** The folder of the chart. */
export const chartDir = join(root, 'deploy', 'helm', 'iris')

/** The manifests that are kept: each is the chart with `NAME.values.yaml` beside it. */
export const manifestNames = ['trial', 'small', 'large'] as const
export type ManifestName = (typeof manifestNames)[number]

/** Where a manifest is. */
export const manifestFile = (name: ManifestName): string => join(root, 'deploy', 'kubernetes', `${name}.yaml`)

/** The values that it is rendered with. */
export const valuesFile = (name: ManifestName): string =>
  join(root, 'deploy', 'kubernetes', `${name}.values.yaml`)

/** The first lines of a manifest of the present chart and its present values. */
export function manifestHeader(name: ManifestName): string {
  const hash = createHash('sha256')
  for (const file of [...filesOf(chartDir), valuesFile(name)]) hash.update(readFileSync(file)).update('\0')
  return [
    `# deploy/helm/iris with ${name}.values.yaml, in the namespace iris. Not edited by hand:`,
    '# npm run check:deploy -- --write',
    `# fingerprint ${hash.digest('hex')}`,
    '',
  ].join('\n')
}

/**
 * In an order of their own, the same everywhere. Not the alert rules: they are a link to what others change,
 * and no manifest has them.
 */
function filesOf(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return names
    .filter(name => !/^rules\b/.test(name))
    .map(name => join(folder, name))
    .filter(path => statSync(path).isFile())
}
