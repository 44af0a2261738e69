// pure
/**
 * What is odd about the processes that live.
 * Takes them. Gives one sentence, the gravest first, or null where nothing is.
 */

/** A process as management lists it. */
export interface Process {
  readonly id: string
  readonly kind: 'frontend' | 'consumers' | 'management'
  readonly host: string
  readonly port: number | null
  readonly pid: number | null
  readonly version: string | null
  readonly startedAt: string
  readonly answering: boolean | null
}

/** The sentence. */
export function noteOf(processes: readonly Process[]): string | null {
  const count = (kind: Process['kind']): number => processes.filter(each => each.kind === kind).length
  if (count('frontend') === 0) return 'No frontend lives: nobody can publish'
  if (count('consumers') === 0) return 'No consumers process lives: nothing is delivered'
  const silent = processes.filter(({ answering }) => answering === false)
  if (silent.length > 0)
    return `${silent.map(({ host, port }) => `${host}:${port ?? '?'}`).join(', ')} live and do not answer`
  const versions = new Set(processes.flatMap(({ version }) => version ?? []))
  return versions.size > 1 ? `Several versions run: ${[...versions].sort().join(', ')}` : null
}
