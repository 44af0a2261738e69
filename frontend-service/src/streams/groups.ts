/**
 * The groups of listeners at this process, by topic and name.
 * Takes who wants to join. Gives the group, made by its first member at that one's place. Refuses a member
 * that looks at the topic in another way, and groups where several workers share the port: each would have
 * its own.
 */
import type { Feed } from './feed.js'
import { Group } from './group.js'
import type { Place } from './reading.js'
import type { View } from './view.js'
import type { Visit } from './visit.js'
import { wrong } from './wish.js'

export interface GroupEntrance {
  readonly feed: Feed
  readonly view: View
  readonly name: string
  readonly visit: Visit
}

export interface Groups {
  enter(entrance: GroupEntrance, findPlace: () => Promise<Place>): Promise<Group>
}

/** Makes none. `isAlone`: no other process shares the port. */
export function createGroups(isAlone: boolean): Groups {
  const groups = new Map<Feed, Map<string, Promise<Group>>>()
  const forget = (feed: Feed, name: string): void => {
    const named = groups.get(feed)
    named?.delete(name)
    if (named?.size === 0) groups.delete(feed)
  }
  const make = (feed: Feed, view: View, name: string, findPlace: () => Promise<Place>): Promise<Group> => {
    const making = findPlace().then(place => new Group(feed, place, view))
    const named = groups.get(feed) ?? new Map<string, Promise<Group>>()
    groups.set(feed, named)
    named.set(name, making)
    making.catch(() => forget(feed, name))
    return making
  }

  return {
    async enter({ feed, view, name, visit }, findPlace) {
      if (!isAlone)
        throw wrong(
          'group',
          'needs frontend.server.workers to be 1: listeners at different workers do not share',
        )
      for (;;) {
        const group = await (groups.get(feed)?.get(name) ?? make(feed, view, name, findPlace))
        // Its only member has gone before this one came.
        if (group.isClosed) continue
        if (!group.looksLike(view))
          throw wrong('group', `${name} is read in another way: give the same filters, key and envelope`)
        visit.holds(() => {
          if (!group.isEmpty() || group.isClosed) return
          group.close()
          forget(feed, name)
        })
        return group
      }
    },
  }
}
