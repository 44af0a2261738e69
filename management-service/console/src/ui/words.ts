// pure
/**
 * Figures and moments in words.
 * Takes numbers. Gives short text: counts with their thousands, rates, bytes, spans and ages.
 */

const counts = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const few = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const small = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 })
const nothing = '–'

/** `12,345`; a dash where it is not known. */
export function countOf(value: number | null | undefined): string {
  return isKnown(value) ? counts.format(value) : nothing
}

/** `1 topic`, `12 topics`. */
export function many(count: number, noun: string): string {
  return `${countOf(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `12.3K`. */
export function shortCountOf(value: number | null | undefined): string {
  return isKnown(value) ? short.format(value) : nothing
}

/** `12.5/s`, `0.031/s`. */
export function rateOf(perSecond: number | null | undefined): string {
  if (!isKnown(perSecond)) return nothing
  const format = perSecond < 1 ? small : perSecond < 1000 ? few : short
  return `${format.format(perSecond)}/s`
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `1.5 KiB`. */
export function bytesOf(bytes: number | null | undefined): string {
  if (!isKnown(bytes)) return nothing
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  return `${few.format(bytes / 1024 ** step)} ${units[step] ?? ''}`
}

/** `850 ms`, `4.2 s`, `3 min`, `5 h`, `2 d`. */
export function spanOf(ms: number | null | undefined): string {
  if (!isKnown(ms)) return nothing
  if (ms < 1000) return `${counts.format(ms)} ms`
  if (ms < 60_000) return `${few.format(ms / 1000)} s`
  if (ms < 3_600_000) return `${counts.format(Math.floor(ms / 60_000))} min`
  if (ms < 48 * 3_600_000) return `${counts.format(Math.floor(ms / 3_600_000))} h`
  return `${counts.format(Math.floor(ms / 86_400_000))} d`
}

/** `3 min ago`, or `in 3 min`. */
export function agoOf(momentMs: number, nowMs: number): string {
  const ms = nowMs - momentMs
  if (Math.abs(ms) < 1000) return 'now'
  const span = spanOf(Math.floor(Math.abs(ms) / 1000) * 1000)
  return ms > 0 ? `${span} ago` : `in ${span}`
}

function isKnown(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
