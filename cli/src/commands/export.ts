/**
 * `iris export`: the definitions of an installation as a file. `--group` takes only those; providers come with
 * all of it.
 */
import { exitCodes, type Command } from '../command.js'
import { bodyOf, nameOf } from '../definitions/thing.js'
import { writeDefinitions } from '../definitions/write-file.js'
import { readPresent } from '../management/present.js'

export const exportCommand: Command = {
  summary: 'write what the installation has as a file',
  async run({ options, ask, out }) {
    const { groups, isJson } = options
    const wanted = groups.length === 0 ? null : groups
    const things = await readPresent(ask, { groups: wanted, oauthProviders: wanted === null ? null : [] })
    if (!isJson) out(writeDefinitions(things))
    else
      out(
        `${JSON.stringify({ things: things.map(each => ({ kind: each.place.kind, name: nameOf(each.place), body: bodyOf(each) })) })}\n`,
      )
    return exitCodes.done
  },
}
