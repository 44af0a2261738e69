/**
 * What a command says: results on the output, all else on the error output.
 * Promises: colours and bars only on a terminal; a bar is one line that is drawn over itself and is gone at
 * its end; a line that is said meanwhile stands above it, and steers no terminal. A question is asked only
 * where somebody can answer.
 */
import { createInterface } from 'node:readline/promises'
import type { Clock } from '@iris/common/time/clock'
import { colourPaint, harmless, plainPaint, wantsColour, type Paint } from './paint.js'
import { barLine } from './progress.js'

/** Shows how far a work is. */
export interface Bar {
  at(done: number, total: number | null, note?: string): void
  end(): void
}

export interface Screen {
  /** The result. */
  out(text: string): void
  /** Progress and problems. */
  say(line: string): void
  bar(what: string): Bar
  /** What somebody answered; null where nobody is there. Rejects at Ctrl-C with an `AbortError`. */
  ask(question: string): Promise<string | null>
  /** Of the output; infinite in a pipe. */
  readonly columns: number
  readonly paint: Paint
}

export interface ScreenParts {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  readonly error: NodeJS.WriteStream
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Ends a question; one that is asked after it, about what it meant, is asked all the same. */
  readonly interrupted: AbortSignal
}

const drawEveryMs = 100
const eraseLine = '\r\x1b[K'
const columnsUsual = 80

/** The screen of this process. */
export function createScreen(parts: ScreenParts): Screen {
  const { input, output, error, environment, clock, interrupted } = parts
  const isDrawn = error.isTTY && environment['TERM'] !== 'dumb'
  let drawn = ''
  const draw = (line: string): void => {
    drawn = line
    error.write(eraseLine + line)
  }
  return {
    out(text) {
      if (drawn !== '' && output.isTTY) draw('')
      output.write(text)
    },
    say(line) {
      const bar = drawn
      error.write(`${bar === '' ? '' : eraseLine}${harmless(line)}\n${bar}`)
    },
    bar(what) {
      const startMs = clock.monotonic()
      let nextMs = startMs
      return {
        at(done, total, note = '') {
          const nowMs = clock.monotonic()
          if (!isDrawn || nowMs < nextMs) return
          nextMs = nowMs + drawEveryMs
          const stand = { what, done, total, note, elapsedMs: nowMs - startMs }
          draw(barLine(stand, (error.columns || columnsUsual) - 1))
        },
        end() {
          if (drawn !== '') draw('')
        },
      }
    },
    async ask(question) {
      if (!input.isTTY || !error.isTTY) return null
      if (drawn !== '') draw('')
      // Not as a terminal: Ctrl-C stays a signal for the whole process.
      const lines = createInterface({ input, output: error, terminal: false })
      const isEnded = new Promise<string>(resolve => lines.once('close', () => resolve('')))
      try {
        const options = interrupted.aborted ? {} : { signal: interrupted }
        return await Promise.race([lines.question(question, options), isEnded])
      } catch (failure) {
        error.write('\n')
        throw failure
      } finally {
        lines.close()
      }
    },
    columns: output.isTTY ? output.columns || columnsUsual : Infinity,
    paint: wantsColour(output.isTTY, environment) ? colourPaint : plainPaint,
  }
}

/** Whether somebody said yes; null where nobody could be asked. */
export async function isAgreed({ ask }: Pick<Screen, 'ask'>, question: string): Promise<boolean | null> {
  const answer = await ask(`${question} [y/N] `)
  return answer === null ? null : /^y(es)?$/i.test(answer.trim())
}
