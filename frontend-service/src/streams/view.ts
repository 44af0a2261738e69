// pure
/**
 * One way to look at a topic: which of its messages, and in which form.
 * Takes items. Gives the bytes of an event, or null for a message that is not wanted.
 * Promises: readers who look the same way share the bytes and the judgement; a message that no filter can
 * judge is given, and not kept back in silence. Refuses filters that remember messages. Bounds: `filteredMax`
 * views with filters; `keptMax` and `keptBytesMax` of what was made last, for each form.
 */
import { filtersForTopic } from '@iris/common/filter/filter-text'
import { compileFilters, type CompiledFilters, type Inspector } from '@iris/common/filter/filters'
import type { ContentType } from '@iris/common/domain/topic-form'
import { eventOf, type StreamForm } from './forms.js'
import type { StreamItem, StreamMessage } from './item.js'
import { viewsFull } from './seats.js'
import { wrong, type Choice } from './wish.js'

export interface View {
  readonly form: StreamForm
  /** The event, or null where the item is not wanted. */
  event(item: StreamItem): Buffer | null
  wants(item: StreamItem): boolean
}

/** The views of one topic. */
export interface Views {
  /** Refuses filters that cannot be used. */
  of(choice: Choice, contentType: ContentType): View
  /** A reader has gone. */
  release(view: View): void
}

/** Different choices of filters for one topic: each message is judged once for each. */
export const filteredMax = 1_000
const keptMax = 64
const keptBytesMax = 1024 * 1024

/** Makes them; one inspector serves a process. */
export function createViews(inspector: Inspector): Views {
  const forms = { plain: encoderOf('plain'), envelope: encoderOf('envelope') }
  const views = new Map<string, { readonly view: View; readonly isFiltered: boolean; users: number }>()
  const nameOf = new Map<View, string>()
  let filtered = 0

  const make = ({ form, filters, key }: Choice, contentType: ContentType): View => {
    // What passes it depends on what came before, which is not the same for two readers of one view.
    if (filters.some(({ type }) => type === 'latest'))
      throw wrong('filter', 'of type latest is for subscriptions only: a reader compares versions by itself')
    const compiled = compileFilters(filtersForTopic(filters, contentType), contentType)
    if (compiled !== null && 'problem' in compiled)
      throw wrong('filter', compiled.problem.replace(/^Subscription\.filters/, 'at '))
    const wants = wantsOf(inspector, compiled, key === null ? null : Buffer.from(key))
    return { form, wants, event: item => (wants(item) ? forms[form](item) : null) }
  }
  return {
    of(choice, contentType) {
      const name = JSON.stringify([contentType, choice.form, choice.key, choice.filters])
      const known = views.get(name)
      if (known !== undefined) {
        known.users++
        return known.view
      }
      const isFiltered = choice.filters.length > 0
      if (isFiltered && filtered >= filteredMax) throw viewsFull(filteredMax)
      const view = make(choice, contentType)
      if (isFiltered) filtered++
      views.set(name, { view, isFiltered, users: 1 })
      nameOf.set(view, name)
      return view
    },
    release(view) {
      const name = nameOf.get(view) ?? ''
      const known = views.get(name)
      if (known === undefined || --known.users > 0) return
      if (known.isFiltered) filtered--
      views.delete(name)
      nameOf.delete(view)
    },
  }
}

function wantsOf(
  inspector: Inspector,
  filters: CompiledFilters | null,
  key: Buffer | null,
): (item: StreamItem) => boolean {
  if (filters === null && key === null) return () => true
  let last: StreamItem | null = null
  let wasWanted = false
  const judge = (message: StreamMessage): boolean => {
    if (key !== null && message.key?.equals(key) !== true) return false
    if (filters === null || message.problem !== null) return true
    return inspector.judge(filters, message).kind !== 'filtered'
  }
  return item => {
    if (item.kind === 'gap') return true
    if (item !== last) {
      wasWanted = judge(item)
      last = item
    }
    return wasWanted
  }
}

/** Encodes, and remembers what it made last. */
function encoderOf(form: StreamForm): (item: StreamItem) => Buffer {
  const kept = new Map<StreamItem, Buffer>()
  let bytes = 0
  return item => {
    const known = kept.get(item)
    if (known !== undefined) return known
    const made = eventOf(item, form)
    kept.set(item, made)
    bytes += made.length
    for (const [oldest, buffer] of kept) {
      if (kept.size === 1 || (kept.size <= keptMax && bytes <= keptBytesMax)) break
      kept.delete(oldest)
      bytes -= buffer.length
    }
    return made
  }
}
