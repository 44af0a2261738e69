/**
 * `npm run rate-plots`: draws how the two rate controllers cope with receivers, and writes their figures.
 * Takes the simulation of the consumers. Gives an SVG a scenario and the table of `docs/operating/rate.md`.
 * Promises: the same pictures for the same code, as the simulation knows no real time.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { simulateRate, type Simulation } from '@iris/consumers-service/delivery/testing/rate-simulation'
import {
  idealCount,
  scenarioInflight,
  scenarioRate,
  scenarios,
  type Scenario,
} from '@iris/consumers-service/delivery/testing/receivers'
import { drawScenario } from './rate-drawing.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = `${root}docs/operating/rate.md`
const folder = `${root}docs/operating/rate`
const marks = { from: '<!-- figures: written by npm run rate-plots -->', to: '<!-- end of figures -->' }

type Controller = 'adaptive' | 'hermes'

const run = (controller: Controller, { forMs, receiver }: Scenario): Promise<Simulation> =>
  simulateRate({ controller, rate: scenarioRate, inflightMax: scenarioInflight, forMs, receiver: receiver() })

const rows: string[] = []
mkdirSync(folder, { recursive: true })
for (const scenario of Object.values<Scenario>(scenarios)) {
  const [adaptive, hermes] = await Promise.all([run('adaptive', scenario), run('hermes', scenario)])
  writeFileSync(`${folder}/${scenario.name}.svg`, drawScenario(scenario, scenarioRate, { adaptive, hermes }))
  const cells = [adaptive, hermes].flatMap(each => [shareOf(each, scenario), each.failedCount])
  rows.push(`| [${scenario.title}](rate/${scenario.name}.svg) | ${cells.join(' | ')} |`)
}
const text = readFileSync(page, 'utf8')
const [before = '', rest = ''] = text.split(marks.from)
const after = rest.split(marks.to)[1] ?? ''
const table = [
  '| receiver | adaptive: delivered | failed attempts | hermes: delivered | failed attempts |',
  '| --- | --- | --- | --- | --- |',
  ...rows,
].join('\n')
writeFileSync(page, `${before}${marks.from}\n${table}\n${marks.to}${after}`)
process.stdout.write(`wrote ${page} and ${rows.length} plots in ${folder}\n`)

/** Of what could be delivered. */
function shareOf({ deliveredMs }: Simulation, scenario: Scenario): string {
  return `${Math.min(100, Math.round((100 * deliveredMs.length) / idealCount(scenario)))} %`
}
