/**
 * The pages of all instances in ZooKeeper: one ephemeral node an instance and session, made when it first has
 * to say something. A page that is made anew counts its versions anew, and so has a name of its own.
 * Takes pages to write. Gives those that are there. Promises: a page is written only over the version that
 * was read and while the pages it relies on are unchanged, in one transaction.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { Cancel } from '@iris/common/time/scheduler'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { BadVersionError, NodeExistsError, NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import { RefusedError, type KnownPage, type Pages } from './lending.js'
import { decodePage, encodePage } from './says.js'

export interface ZooPagesParts {
  readonly session: Pick<
    ZooSession,
    'read' | 'children' | 'create' | 'ensure' | 'transaction' | 'watchChildren' | 'watchData'
  >
  readonly log: Log
}

/** The name of an instance's page in a session. */
export function pageName(instance: string, sessionId: string): string {
  return `${instance}~${sessionId}`
}

/** Makes the access to the pages below `parent`; `me` names our own. */
export function createZooPages({ session, log }: ZooPagesParts, parent: string, me: () => string): Pages {
  const pathOf = (name: string): string => `${parent}/${name}`

  const known = async (name: string): Promise<readonly [string, KnownPage] | null> => {
    const node = await session.read(pathOf(name))
    if (node === null) return null
    const page = decodePage(node.data)
    if (page === undefined) log.error('lending.unreadable', { path: pathOf(name) })
    return [name, { page: page ?? new Map(), version: node.stat.version }]
  }

  return {
    async read() {
      const names = (await session.children(parent)) ?? []
      const pages = await Promise.all(names.map(known))
      return new Map(pages.filter(each => each !== null))
    },
    async create() {
      try {
        await session.ensure(parent)
        await session.create(pathOf(me()), Buffer.alloc(0), 'ephemeral')
      } catch (error) {
        throw refused(error)
      }
    },
    async write(page, version, unchanged) {
      const checks = [...unchanged].map(
        ([name, seen]) => ({ kind: 'check', path: pathOf(name), version: seen }) as const,
      )
      try {
        const data = encodePage(page)
        await session.transaction([...checks, { kind: 'write', path: pathOf(me()), data, version }])
      } catch (error) {
        throw refused(error)
      }
    },
    watch: changed => watchPages(session, parent, me, changed),
  }
}

/** Watches who has a page, and the pages of others. */
function watchPages(
  session: ZooPagesParts['session'],
  parent: string,
  me: () => string,
  changed: () => void,
): Cancel {
  const watched = new Map<string, Cancel>()
  const follow = (names: readonly string[] | null): void => {
    const present = new Set(names ?? [])
    for (const [name, cancel] of watched) {
      if (present.has(name)) continue
      cancel()
      watched.delete(name)
    }
    for (const name of present)
      if (name !== me() && !watched.has(name))
        watched.set(name, session.watchData(`${parent}/${name}`, changed))
    changed()
  }
  const cancelNames = session.watchChildren(parent, follow)
  return () => {
    cancelNames()
    for (const cancel of watched.values()) cancel()
  }
}

/** ZooKeeper's refusals: somebody wrote meanwhile, or a page went with its session. */
function refused(error: unknown): unknown {
  const isRace =
    error instanceof BadVersionError || error instanceof NodeExistsError || error instanceof NoNodeError
  return isRace ? new RefusedError('a page of rates has changed meanwhile', { cause: error }) : error
}
