// pure
/**
 * Colours of text for a terminal.
 * Takes what is known of the output. Gives functions that mark text; on anything but a terminal they leave
 * it as it is.
 */

/** How a piece of text is shown. */
export interface Paint {
  /** What is looked at first. */
  strong(text: string): string
  /** What is clicked or copied. */
  address(text: string): string
  /** What is read last. */
  quiet(text: string): string
}

/** Text as it is. */
export const plain: Paint = { strong: text => text, address: text => text, quiet: text => text }

const code =
  (begin: number, end: number) =>
  (text: string): string =>
    `\u001b[${begin}m${text}\u001b[${end}m`

/** In colours, for a terminal. */
export const colours: Paint = { strong: code(1, 22), address: code(36, 39), quiet: code(2, 22) }

/** Colours on a terminal that can show them, unless `NO_COLOR` says otherwise (https://no-color.org). */
export function paintFor(
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const { NO_COLOR: unwanted = '', TERM: terminal = '' } = environment
  return isTerminal && unwanted === '' && terminal !== 'dumb' ? colours : plain
}
