// pure
/**
 * Regular expressions of JSON Schema, searched for in linear time.
 * Takes a pattern in JavaScript's syntax. Gives a search and the size of its program, so that what a search
 * costs (letters times instructions) is known before it begins. Refuses what RE2 cannot express.
 */
import { RE2JS } from 're2js'

export interface EcmaPattern {
  /** Instructions of the compiled pattern. */
  readonly size: number
  /** Whether the pattern is found anywhere in the text. */
  isIn(text: string): boolean
}

/** Compiles a pattern, or says why it cannot be taken. */
export function compileEcmaPattern(pattern: string): EcmaPattern | { readonly problem: string } {
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern))
    return { size: compiled.programSize(), isIn: text => compiled.matcher(text).find() }
  } catch (error) {
    return {
      problem: `the pattern ${JSON.stringify(pattern)} is refused by RE2: ${(error as Error).message}`,
    }
  }
}
