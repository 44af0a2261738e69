// pure
/**
 * Header lines and attributes as flat lists: name, value, name, value, …
 * Takes lists. Gives what of them goes on.
 */
import { canBeSent } from '@iris/common/http/header-rules'

/** The header that says what the body is. */
export const contentTypeName = 'Content-Type'

/** All lines but those that are left out. */
export function without(
  lines: readonly string[] | null,
  isLeftOut: (lowerName: string) => boolean,
): readonly string[] | null {
  if (lines === null) return null
  const isKept = (index: number): boolean => !isLeftOut((lines[index] ?? '').toLowerCase())
  return lines.filter((_, index) => isKept(index - (index % 2)))
}

/** The type that a CloudEvent says its data has, where a header carries it. */
export function dataTypeOf(event: readonly string[]): string | null {
  for (let index = 0; index < event.length; index += 2) {
    const type = event[index + 1] ?? ''
    if (event[index] === 'datacontenttype' && canBeSent(contentTypeName, type)) return type
  }
  return null
}
