// pure
/**
 * Findings as they come together, those of one kind told once with their number.
 * Takes single findings, counts, secrets, unknown members. Gives the list, the gravest first.
 */
import { sealingKeyOf } from '@iris/common/secrets/vault'
import type { Finding, Severity } from './finding.js'

/** What is said of many things at once. */
const notes: Readonly<Record<string, readonly [severity: Severity, text: string, advice: string]>> = {
  'AVRO topics': [
    'change',
    'need the schema registry',
    'Give schema.repository.serverUrl to all services, and schema.repository.subject… as Hermes has them.',
  ],
  'topics that were JSON once': [
    'attention',
    'may have two Kafka topics where Hermes ran with its mapper for migrations, and Iris reads one',
    'Let Hermes deliver what is left in the old Kafka topics first.',
  ],
  'topics with a fallback to a remote data centre': ['change', 'are published to the local Kafka only', ''],
  'topics with a dry run of Avro': [
    'change',
    'are tried the same way, but no message is refused for want of a schema',
    '',
  ],
  'topics with offline storage': ['ignored', 'say so to an external job; Iris stores nothing elsewhere', ''],
  'BATCH subscriptions': [
    'change',
    'get the last message of each partition again, as Hermes commits one less than it delivered',
    '',
  ],
  'PENDING subscriptions': ['change', 'become ACTIVE as soon as a consumer has them', ''],
}

export interface Tally {
  attention(kind: string, place: string, text: string, advice: string): void
  change(kind: string, place: string, text: string): void
  ignored(kind: string, place: string, text: string): void
  /** One more of what `notes` speaks of. */
  count(what: string): void
  /** A secret as the tree keeps it; an empty one is none. */
  secret(what: string, kept: string): void
  unknown(what: string, members: readonly string[]): void
  findings(): readonly Finding[]
}

const order: readonly Severity[] = ['attention', 'change', 'ignored']

/** Makes an empty tally. */
export function createTally(): Tally {
  const single: Finding[] = []
  const counts = new Map<string, number>()
  const secrets = new Map<string, number>()
  const unknown = new Map<string, number>()
  const add = (to: Map<string, number>, key: string): void => void to.set(key, (to.get(key) ?? 0) + 1)
  const counted = (): Finding[] =>
    [...counts].map(([what, count]) => {
      const [severity, text, advice] = notes[what] ?? ['change', '', '']
      return { severity, kind: 'count', place: `${count} ${what}`, text, advice }
    })
  const readable = (): Finding[] =>
    [...secrets].map(([what, count]) => ({
      ...({ severity: 'change', kind: 'secrets', place: `${count} ${what}` } as const),
      text: 'are in clear text and stay so, that Hermes can read them',
      advice: 'Set secrets.encrypt=true once there is no way back to Hermes: see docs/operating/secrets.md.',
    }))
  const kept = (): Finding[] =>
    [...unknown].map(([what, count]) => ({
      ...({ severity: 'ignored', kind: 'unknown-member', place: what, advice: '' } as const),
      text: `a member that Iris does not know, ${count} times; it is kept and has no effect`,
    }))
  return {
    attention: (kind, place, text, advice) =>
      single.push({ severity: 'attention', kind, place, text, advice }),
    change: (kind, place, text) => single.push({ severity: 'change', kind, place, text, advice: '' }),
    ignored: (kind, place, text) => single.push({ severity: 'ignored', kind, place, text, advice: '' }),
    count: what => add(counts, what),
    secret(what, text) {
      if (text !== '' && sealingKeyOf(text) === null) add(secrets, what)
    },
    unknown(what, members) {
      for (const member of members) add(unknown, `${member} of ${what}`)
    },
    findings: () =>
      [...single, ...counted(), ...readable(), ...kept()].sort(
        (one, other) => order.indexOf(one.severity) - order.indexOf(other.severity),
      ),
  }
}
