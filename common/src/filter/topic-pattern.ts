// pure
/**
 * Patterns of words between dots, as the topic exchange of AMQP 0-9-1 has them.
 * Takes a pattern such as `order.*.pl` or `order.#`: `*` is exactly one word, `#` any number of words.
 * Gives a matcher of the whole value. Without `*` and `#` it is equality. Cost: words times words.
 */
import type { Matcher } from './matcher.js'
import type { TextProblem } from './path-grammar.js'

/** The longest pattern, in characters. */
export const topicPatternLengthMax = 1_024

/** Compiles a pattern, or says what is wrong with it. */
export function compileTopicPattern(pattern: string): Matcher | TextProblem {
  if (pattern.length > topicPatternLengthMax)
    return { problem: `is longer than ${topicPatternLengthMax} characters`, at: 0 }
  const parts = wordsOf(pattern)
  return {
    matches(value, effort) {
      effort.spend(1 + (value.length >> 3))
      const words = wordsOf(value)
      // The last `#` takes as few words as it can; when the rest does not fit, it takes one more.
      let [word, part, retryWord, retryPart] = [0, 0, 0, -1]
      while (word < words.length) {
        effort.spend(1)
        const wanted = parts[part]
        if (wanted === '#') {
          retryPart = ++part
          retryWord = word
        } else if (wanted !== undefined && (wanted === '*' || wanted === words[word])) {
          part++
          word++
        } else if (retryPart >= 0) {
          part = retryPart
          word = ++retryWord
        } else return false
      }
      while (parts[part] === '#') part++
      return part === parts.length
    },
  }
}

/** No text is no word, as in AMQP. */
function wordsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split('.')
}
