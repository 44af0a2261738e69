// pure
/**
 * Paths of the repository.
 */

/** A path and every folder that it stands in; `.` is the root. */
export function withFolders(file: string): readonly string[] {
  const parts = file.split('/')
  return ['.', ...parts.map((_part, index) => parts.slice(0, index + 1).join('/'))]
}
