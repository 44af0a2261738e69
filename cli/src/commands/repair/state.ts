/**
 * `iris pause` and `iris resume`: whether a subscription is delivered.
 * Pausing is answered when no request of it is under way any more; its messages wait in Kafka.
 */
import { command, exitCodes, type Command } from '../../command.js'
import { succeeded } from '../../management/rest.js'
import { jsonLine } from '../../show/words.js'
import { subscriptionArguments, subscriptionPlace } from '../../words/places.js'

export const pauseCommand = stateCommand({
  ...{ name: 'pause', state: 'SUSPENDED', done: 'is paused' },
  summary: 'stop the delivery of a subscription at once, losing nothing',
  detail: 'What is under way ends first; then no request goes out any more, and messages wait in Kafka.',
  example: 'before the receiver is taken down',
})

export const resumeCommand = stateCommand({
  ...{ name: 'resume', state: 'ACTIVE', done: 'is delivered again' },
  summary: 'deliver a paused subscription again',
  detail: 'It goes on behind the last message that was settled.',
  example: 'when the receiver is back',
})

interface Stated {
  readonly name: string
  readonly state: 'ACTIVE' | 'SUSPENDED'
  readonly done: string
  readonly summary: string
  readonly detail: string
  readonly example: string
}

function stateCommand({ name, state, done, summary, detail, example }: Stated): Command {
  return command({
    ...{ name, section: 'Repair', summary, details: [detail] },
    arguments: subscriptionArguments,
    options: {},
    examples: [{ words: `${name} shop.orders billing`, what: example }],
    async run({ management, screen, isJson }, words) {
      const { path, id, topic, name: subscription } = subscriptionPlace(words)
      succeeded(
        `${id} stays as it was`,
        await management({ method: 'PUT', path: `${path}/state`, body: state }),
      )
      if (isJson) screen.out(jsonLine({ topic, subscription, state }))
      else screen.out(`${id} ${done}.\n`)
      return exitCodes.done
    },
  })
}
