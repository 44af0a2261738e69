/**
 * This management process, shown to the others by a node of its own.
 * Takes the address that it listens on, and its certificate where it speaks TLS. Promises: a node that cannot
 * be made or removed is a line in the log, since nothing but the list of processes depends on it.
 */
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { advertisedHost } from '@iris/common/http/advertised'
import { fingerprintOf, type OwnCertificate } from '@iris/common/http/pinned'
import { withDeadline } from '@iris/common/time/scheduler'
import { createPresence, type Presence } from '@iris/common/zookeeper/presence'
import { version, type ManagementBase, type ManagementConfig } from './base.js'
import type { Outside } from './outside.js'

export interface Self {
  show(address: AddressInfo): Promise<void>
  leave(): Promise<void>
}

type Listening = Pick<ManagementConfig, 'host' | 'advertisedHost'>

const showMs = 6_000
const leaveMs = 1_000

/** The host at which its fellows reach this process. */
export function ownHost({ advertisedHost: setting, host: listening }: Listening): string {
  return advertisedHost(setting, listening, hostname())
}

/** Makes it; nobody sees it yet. */
export function createSelf(
  base: ManagementBase,
  listening: Listening,
  { session, paths }: Pick<Outside, 'session' | 'paths'>,
  tls: OwnCertificate | null,
): Self {
  const { log, scheduler, clock } = base
  let presence: Presence | null = null
  const quietly = async (what: string, limitMs: number, work: Promise<void>): Promise<void> => {
    try {
      await withDeadline(scheduler, limitMs, what, work)
    } catch (error) {
      log.warn('management.presence', { what, error })
    }
  }
  return {
    async show({ port }) {
      const host = ownHost(listening)
      const certificate = tls === null ? null : fingerprintOf(tls.cert)
      const card = { host, port, pid: process.pid, startedMs: clock.now(), version, certificate }
      const path = paths.iris.managementNode(`${hostname()}_${port}`)
      presence = createPresence({ ...base, session }, path, Buffer.from(JSON.stringify(card)))
      await quietly('showing this process', showMs, presence.start())
    },
    async leave() {
      if (presence !== null) await quietly('leaving the list of processes', leaveMs, presence.stop())
    },
  }
}
