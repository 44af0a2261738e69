/**
 * `iris why`: what holds a subscription back, and what happens next, as management sees it.
 */
import { command, exitCodes } from '../../command.js'
import { succeeded } from '../../management/rest.js'
import { harmless } from '../../show/paint.js'
import { jsonLine } from '../../show/words.js'
import { subscriptionArguments, subscriptionPlace } from '../../words/places.js'

export const whyCommand = command({
  name: 'why',
  section: 'What goes on',
  summary: 'say why a subscription is slow or stuck, and what happens next',
  details: ['The gravest finding comes first, each with figures of the last minute and what would help.'],
  arguments: subscriptionArguments,
  options: {},
  examples: [
    { words: 'why shop.orders billing', what: 'in plain words' },
    { words: 'why shop.orders/billing --json | jq -r .findings[0].cause', what: 'the cause as one word' },
  ],
  async run({ management, screen, isJson }, words) {
    const { path, id } = subscriptionPlace(words)
    const headers = isJson ? {} : { Accept: 'text/plain, application/problem+json' }
    const answer = await management({ method: 'GET', path: `${path}/why`, headers })
    const json = succeeded(`Nothing is known of ${id}`, answer)
    screen.out(isJson ? jsonLine(json) : `${harmless(answer.text).trimEnd()}\n`)
    return exitCodes.done
  },
})
