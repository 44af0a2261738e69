// pure
/**
 * Colours of a terminal.
 * Gives painters; those of `plainPaint` leave the text as it is, for pipes and for who wants no colour.
 */

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const
export type Style = keyof typeof codes
export type Paint = (style: Style, text: string) => string

export const plainPaint: Paint = (_style, text) => text
export const colourPaint: Paint = (style, text) => (text === '' ? '' : `\x1b[${codes[style]}m${text}\x1b[0m`)

/** Whether output may have colours: https://no-color.org */
export function wantsColour(
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  return isTerminal && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb'
}

/** What others wrote, so that it steers no terminal: control characters as `\x1b`. */
export function harmless(text: string): string {
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, found => {
    return `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}
