// pure
/**
 * Figures in words, as a diagnosis says them.
 */

/** Such as `1,204` or `0.5`. */
export function numberText(value: number): string {
  const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}

/** Such as `350 ms`, `12 s`, `5 min`, `3 h`, `4 days`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${numberText(Math.round(ms / 100) / 10)} s`
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`
  return `${Math.round(ms / 86_400_000)} days`
}

/** Such as `1 message` or `7 messages`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`
}

/** Such as `partitions 0, 1, 2 and 97 more`. */
export function partitionsText(partitions: readonly number[], namedMax = 10): string {
  const sorted = [...partitions].sort((a, b) => a - b)
  const named = sorted.slice(0, namedMax).join(', ')
  const more = sorted.length > namedMax ? ` and ${sorted.length - namedMax} more` : ''
  return `${sorted.length === 1 ? 'partition' : 'partitions'} ${named}${more}`
}
