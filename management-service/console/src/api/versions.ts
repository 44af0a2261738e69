// pure
/**
 * The versions of definitions, as management named them last (`ETag`), by their paths.
 * Takes the tag of each answer. Gives it to who changes what was read (`If-Match`), so that management can
 * say when somebody else was faster. Bound: the last `versionsMax` paths.
 */

const versionsMax = 100

const versions = new Map<string, string>()

/** Notes the tag of an answer; null where it has none. */
export function noteVersion(path: string, tag: string | null): void {
  versions.delete(path)
  if (tag === null) return
  versions.set(path, tag)
  const [oldest] = versions.keys()
  if (versions.size > versionsMax && oldest !== undefined) versions.delete(oldest)
}

/** The tag of what was read there last; null where there is none. */
export function versionOf(path: string): string | null {
  return versions.get(path) ?? null
}
