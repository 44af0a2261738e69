/**
 * `iris export`: the definitions of an installation as a file, the one that is named or the standard output.
 * `--group` takes only those; providers come with all of it.
 */
import { command, exitCodes } from '../../command.js'
import { bodyOf, nameOf, type Thing } from '../../definitions/thing.js'
import { writeDefinitions } from '../../definitions/write-file.js'
import { readPresent } from '../../management/present.js'
import { ServiceFailure } from '../../management/rest.js'
import { jsonLine } from '../../show/words.js'
import { text, texts } from '../../words/declare.js'

export const exportCommand = command({
  name: 'export',
  section: 'Definitions',
  summary: 'write what the installation has as a file',
  details: ['No secret is in it: each is a reference to an environment variable, to be named as you like.'],
  arguments: {},
  options: {
    file: text('FILE', 'where to write; the output without it', { short: 'f', completes: 'file' }),
    group: texts('NAME', 'only this group', { completes: 'group' }),
  },
  examples: [
    { words: 'export --file iris.yaml', what: 'everything' },
    { words: 'export --group shop', what: 'one group, on the output' },
  ],
  async run({ management, files, screen, isJson }, _words, { file, group }) {
    const wanted = group.length === 0 ? null : group
    const things = await readPresent(management, {
      groups: wanted,
      oauthProviders: wanted === null ? null : [],
    })
    const missing = group.find(
      name => !things.some(({ place }) => place.kind === 'group' && place.name === name),
    )
    if (missing !== undefined) throw new ServiceFailure(`Nothing is written: there is no group ${missing}`)
    const content = isJson ? jsonLine({ things: things.map(jsonOf) }) : writeDefinitions(things)
    if (file === null) {
      screen.out(content)
      return exitCodes.done
    }
    await files.write(file, content)
    screen.say(`Wrote ${things.length} definitions to ${file}.`)
    return exitCodes.done
  },
})

function jsonOf(thing: Thing): object {
  return { kind: thing.place.kind, name: nameOf(thing.place), body: bodyOf(thing) }
}
