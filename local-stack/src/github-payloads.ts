/**
 * The 329 real webhook payloads of GitHub that `@octokit/webhooks-examples` collects.
 * Gives each as a message twice: in its shortest form and with odd white space.
 * Promises: the same messages in the same order at each call.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** One message to publish. */
export interface GithubMessage {
  /** The event: `push`, `issues`, … */
  readonly family: string
  /** Repository, else organisation, else sender; null for the few events that have none of them. */
  readonly key: string | null
  readonly body: Buffer
}

/** What is read of a payload. */
interface GithubPayload {
  readonly repository?: { readonly full_name?: string } | null
  readonly organization?: { readonly login?: string } | null
  readonly sender?: { readonly login?: string } | null
}

interface GithubEvent {
  readonly name: string
  readonly examples: readonly GithubPayload[]
}

/** All messages, twice as many as payloads. */
export function githubMessages(): readonly GithubMessage[] {
  const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json')
  const events = JSON.parse(readFileSync(file, 'utf8')) as readonly GithubEvent[]
  return events.flatMap(({ name, examples }) =>
    examples.flatMap(payload =>
      [JSON.stringify(payload), oddlySpaced(payload)].map(text => ({
        family: name,
        key: keyOf(payload),
        body: Buffer.from(text),
      })),
    ),
  )
}

function keyOf({ repository, organization, sender }: GithubPayload): string | null {
  return repository?.full_name ?? organization?.login ?? sender?.login ?? null
}

/** Tabs, both kinds of line ends, blanks around the whole: legal JSON that no serializer writes. */
function oddlySpaced(payload: GithubPayload): string {
  return ` \t\r\n${JSON.stringify(payload, null, '\t').replace(/\n/g, ' \r\n')}\n \r\n\t`
}
