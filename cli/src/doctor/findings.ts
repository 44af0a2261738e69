// pure
/**
 * What the facts of an installation mean, and what to do about it.
 * Takes facts. Gives findings, the gravest first; each check that is content is a finding too.
 */
import type { Facts } from './facts.js'
import { severities, well, type DoctorFinding, type Severity } from './finding.js'
import { several } from '../show/words.js'
import { processFindings } from './process-findings.js'

const slowMs = 1_000
const ownClockMs = 5_000
/** Of the same kind, in one answer. */
const shownMax = 10

/** All of them. */
export function findingsOf(facts: Facts): readonly DoctorFinding[] {
  const found = [
    ...zookeeperFindings(facts),
    ...kafkaFindings(facts),
    ...topicFindings(facts),
    ...processFindings(facts),
    ...frontendFindings(facts),
    ...subscriptionFindings(facts),
    ...ownFindings(facts),
  ]
  return found.sort((one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity))
}

function zookeeperFindings({ checkup: { zookeeper } }: Facts): readonly DoctorFinding[] {
  const { tookMs, problem } = zookeeper
  if (problem !== null) {
    const text =
      `ZooKeeper does not answer management: ${problem}. Publishing and unordered delivery go on with what ` +
      'is known; changes are refused, and which processes live and which subscriptions are stuck nobody knows.'
    const next =
      'Look whether ZooKeeper runs and has a quorum, and at zookeeper.connectionString of management. Restart ' +
      'no process of Iris meanwhile.'
    return [{ check: 'zookeeper', severity: 'critical', text, next }]
  }
  return answers('zookeeper', 'ZooKeeper', tookMs ?? 0, '')
}

function kafkaFindings({ checkup: { kafka } }: Facts): readonly DoctorFinding[] {
  const { tookMs, problem, brokers } = kafka
  if (problem !== null) {
    const text = `Kafka does not answer management: ${problem}`
    const next = 'Look whether the brokers run, and at kafka.brokerList of management.'
    return [{ check: 'kafka', severity: 'critical', text, next }]
  }
  const one: DoctorFinding = {
    ...{
      check: 'kafka.brokers',
      severity: 'note',
      text: 'Kafka has one broker: while it is away nothing is taken.',
    },
    next: 'Outside of trials use three brokers, three replicas and min.insync.replicas=2.',
  }
  return [
    ...answers('kafka', 'Kafka', tookMs ?? 0, `, ${several(brokers.length, 'broker')}`),
    ...(brokers.length === 1 ? [one] : []),
  ]
}

function answers(check: string, name: string, tookMs: number, more: string): readonly DoctorFinding[] {
  const text = `${name} answers management in ${tookMs} ms${more}.`
  if (tookMs < slowMs) return [well(check, text)]
  const next = `Changes and starts are slow: look at the load and the disks of ${name}, and the network to it.`
  return [{ check, severity: 'warning', text, next }]
}

/** What helps, by the problem that management names. */
const topicHelp: Readonly<Record<string, readonly [Severity, string]>> = {
  MISSING: [
    'critical',
    'Publishing to it fails: restore the topic in Kafka, or remove it in Iris (GET /consistency/…).',
  ],
  NO_LEADER: ['critical', 'Start the brokers that hold its replicas.'],
  TOO_FEW_IN_SYNC: [
    'critical',
    'Publishing to it fails: start the missing brokers, or wait until they have caught up.',
  ],
  UNDER_REPLICATED: [
    'warning',
    'Look at the brokers that are missing or slow; until then one more loss may stop it.',
  ],
  NO_SPARE_REPLICA: ['warning', 'Give it one replica more, or set min.insync.replicas to one less.'],
  ONE_REPLICA: [
    'warning',
    'Reassign it to three replicas, and set management.topic.replicationFactor for new topics.',
  ],
  UNCLEAN_ELECTION: ['warning', 'Set unclean.leader.election.enable=false on the topic or the brokers.'],
}

function topicFindings({ checkup: { kafka, zookeeper } }: Facts): readonly DoctorFinding[] {
  if (kafka.problem !== null || zookeeper.problem !== null) return []
  if (kafka.problemCount === 0)
    return [well('topics', `${several(kafka.topics, 'topic')} looked at in Kafka, nothing wrong.`)]
  return [...grouped(kafka.problems)].map(([problem, rows]) => {
    const [severity, next] = topicHelp[problem] ?? (['warning', ''] as const)
    const names = rows.slice(0, shownMax).map(({ topic }) => topic)
    const more = rows.length > shownMax ? ` and ${rows.length - shownMax} more` : ''
    return {
      check: `topics.${problem}`,
      severity,
      text: `${names.join(', ')}${more}: ${rows[0]?.text ?? ''}.`,
      next,
    }
  })
}

function grouped<T extends { readonly problem: string }>(
  rows: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) groups.set(row.problem, [...(groups.get(row.problem) ?? []), row])
  return groups
}

function frontendFindings({ frontend }: Facts): readonly DoctorFinding[] {
  const check = 'frontend'
  if (frontend === null) {
    const text = 'No frontend is named, so publish, tail and bench have none to talk to from here.'
    return [
      {
        check,
        severity: 'note',
        text,
        next: 'Name it: --frontend URL, IRIS_FRONTEND_URL or iris profile add.',
      },
    ]
  }
  const { url, tookMs, problem } = frontend
  if (problem === null) return [well(check, `The frontend ${url} is ready and answers in ${tookMs} ms.`)]
  const next = 'Look whether it runs and may be reached from here, and at its log: it says what it waits for.'
  return [{ check, severity: 'critical', text: `The frontend ${url} is not ready for us: ${problem}`, next }]
}

function subscriptionFindings({ overview, checkup }: Facts): readonly DoctorFinding[] {
  if ('problem' in overview) {
    // Silent of the same cause: said already.
    if (checkup.zookeeper.problem !== null) return []
    const text = `Management does not tell which subscriptions are stuck: ${overview.problem}`
    return [{ check: 'subscriptions', severity: 'warning', text, next: 'Look at the log of management.' }]
  }
  const { stuck, stuckCount, openCircuits, openCircuitCount, counts } = overview
  const nameOf = (each: { topic: string; subscription: string }): string =>
    `${each.topic}/${each.subscription}`
  const named = new Set(stuck.map(nameOf))
  const circuits = openCircuits.filter(each => !named.has(nameOf(each)))
  const rows = [
    ...stuck.map(each => ({ ...each, check: 'subscriptions.stuck' })),
    ...circuits.map(each => ({ ...each, check: 'subscriptions.circuit' })),
  ].slice(0, shownMax)
  const hidden = Math.max(0, Math.max(stuckCount, openCircuitCount) - rows.length)
  const more: DoctorFinding = {
    ...{ check: 'subscriptions', severity: 'warning', text: `${hidden} more subscriptions get nothing.` },
    next: 'iris subscriptions lists them with their lag.',
  }
  if (rows.length === 0)
    return [
      well(
        'subscriptions',
        `None of ${several(counts.subscriptions, 'subscription')} is stuck (${counts.suspended} suspended).`,
      ),
    ]
  return [
    ...rows.map(
      ({ check, text, ...each }): DoctorFinding => ({
        ...{ check, severity: 'warning', text: `${nameOf(each)}: ${text}.` },
        next: `iris why ${each.topic} ${each.subscription}`,
      }),
    ),
    ...(hidden > 0 ? [more] : []),
  ]
}

function ownFindings({ checkup, own }: Facts): readonly DoctorFinding[] {
  const aheadMs = own.nowMs - Date.parse(checkup.at)
  const managements = checkup.processes
    .filter(({ kind }) => kind === 'management')
    .map(({ version }) => version)
  const other = managements.find(version => version !== null && version !== own.version)
  const clock: DoctorFinding = {
    ...{ check: 'own.clock', severity: 'note' },
    text: `The clock here is ${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} management's.`,
    next: 'Words such as --from 15m and --at 10m are counted from the clock here: set it.',
  }
  const version: DoctorFinding = {
    ...{
      check: 'own.version',
      severity: 'note',
      text: `This iris is ${own.version}, management is ${other ?? ''}.`,
    },
    next: 'Use the iris of the same version.',
  }
  return [...(Math.abs(aheadMs) > ownClockMs ? [clock] : []), ...(other === undefined ? [] : [version])]
}
