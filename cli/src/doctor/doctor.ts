/**
 * `iris doctor`: what an installation stands on, checked, with what to do about each finding.
 * Asks management, which asks ZooKeeper, Kafka and every process; and the frontend, from here.
 */
import { isJsonObject } from '@iris/common/domain/json-shapes'
import { irisVersion } from '@iris/common/lifecycle/version'
import { command, exitCodes, type World } from '../command.js'
import { ServiceFailure, succeeded, type Answer } from '../management/rest.js'
import type { Style } from '../show/paint.js'
import { jsonLine, textIn } from '../show/words.js'
import { toggle } from '../words/declare.js'
import { wrap } from '../words/wrap.js'
import { readFacts, type Facts } from './facts.js'
import { severities, type DoctorFinding, type Severity } from './finding.js'
import { findingsOf } from './findings.js'

const askMs = 15_000
const columnsMax = 100
const styles: Readonly<Record<Severity, Style>> = {
  critical: 'red',
  warning: 'yellow',
  note: 'cyan',
  ok: 'green',
}
const indent = ' '.repeat('critical  '.length)

export const doctorCommand = command({
  name: 'doctor',
  section: 'What goes on',
  summary: 'check what an installation stands on, and say what to do',
  details: [
    'Looks at ZooKeeper, Kafka and its topics, every process with its clock, version, common settings and disk, the frontend from ' +
      'here, and subscriptions that are stuck. Exit code 2 where something is critical or a warning, 1 where management cannot be asked.',
  ],
  arguments: {},
  options: { quiet: toggle('only what needs something done', { short: 'q' }) },
  examples: [
    { words: 'doctor', what: 'all checks, the gravest finding first' },
    { words: 'doctor --quiet --profile prod', what: 'in a nightly job: silent when all is well' },
    { words: 'doctor --json | jq .findings[].check', what: 'for programs' },
  ],
  async run(world, _words, { quiet }) {
    const findings = findingsOf(await collect(world)).filter(
      ({ severity }) => !quiet || severity === 'critical' || severity === 'warning',
    )
    const count = (severity: Severity): number => findings.filter(each => each.severity === severity).length
    const counts = Object.fromEntries(severities.map(severity => [severity, count(severity)]))
    if (world.isJson) world.screen.out(jsonLine({ ...counts, findings }))
    else show(world, findings, quiet)
    return count('critical') + count('warning') === 0 ? exitCodes.done : exitCodes.different
  },
})

async function collect(world: World): Promise<Facts> {
  const { management, clock } = world
  const sentMs = clock.now()
  const [checkup, overview, frontend] = await Promise.all([
    management({ method: 'GET', path: '/checkup', withinMs: askMs }),
    management({ method: 'GET', path: '/overview', withinMs: askMs }),
    lookAtFrontend(world),
  ])
  const facts = readFacts(succeeded('Management cannot be asked', checkup), overviewOf(overview))
  if (facts === null) throw new ServiceFailure('What management answers is of another version of Iris')
  return { ...facts, frontend, own: { version: irisVersion, nowMs: (sentMs + clock.now()) / 2 } }
}

/** Without ZooKeeper there is none, and what the other answer tells matters the more. */
function overviewOf(answer: Answer): unknown {
  if (answer.status < 500) return succeeded('Management cannot be asked', answer)
  const { message } = isJsonObject(answer.json) ? answer.json : {}
  return { problem: textIn(message) || `the answer is ${answer.status}` }
}

async function lookAtFrontend(world: World): Promise<Facts['frontend']> {
  const { frontend, clock, connection } = world
  const target = (await connection()).frontend
  if (target === null) return null
  const startMs = clock.monotonic()
  const answer = await frontend({ method: 'GET', path: '/status/ready', withinMs: askMs }).catch(
    (error: unknown) => {
      if (error instanceof ServiceFailure) return error
      throw error
    },
  )
  const tookMs = Math.round(clock.monotonic() - startMs)
  if (answer instanceof ServiceFailure) return { url: target.url, tookMs, problem: answer.message }
  const problem = answer.status === 200 ? null : `it answers ${answer.status} ${answer.text}`.trim()
  return { url: target.url, tookMs, problem }
}

function show({ screen }: World, findings: readonly DoctorFinding[], isQuiet: boolean): void {
  const width = Math.min(columnsMax, screen.columns) - indent.length
  const lines = findings.flatMap(({ severity, text, next }) => {
    const [first = '', ...more] = wrap(text, width)
    const label = screen.paint(styles[severity], severity.padEnd(indent.length))
    return [
      `${label}${first}`,
      ...more.map(line => `${indent}${line}`),
      ...(next === '' ? [] : wrap(`Next: ${next}`, width).map(line => `${indent}${line}`)),
    ]
  })
  const count = (severity: Severity): number => findings.filter(each => each.severity === severity).length
  const [critical, warnings] = [count('critical'), count('warning')]
  const verdict =
    critical + warnings === 0 ? 'All is well.' : `${critical} critical, ${warnings} to be looked at.`
  if (!isQuiet) lines.push('', verdict)
  if (lines.length > 0) screen.out(`${lines.join('\n')}\n`)
}
