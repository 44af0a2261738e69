/**
 * `iris export`: the definitions of an installation as a file, the one that is named or the standard output.
 * `--group` takes only those; providers come with all of it.
 */
import { exitCodes, type Command } from '../command.js'
import { bodyOf, nameOf, type Thing } from '../definitions/thing.js'
import { writeDefinitions } from '../definitions/write-file.js'
import { readPresent } from '../management/present.js'

export const exportCommand: Command = {
  summary: 'write what the installation has as a file',
  async run({ options, ask, out, say, writeFile }) {
    const { groups, isJson, file, isFileNamed } = options
    const wanted = groups.length === 0 ? null : groups
    const things = await readPresent(ask, { groups: wanted, oauthProviders: wanted === null ? null : [] })
    const text = isJson ? `${JSON.stringify({ things: things.map(jsonOf) })}\n` : writeDefinitions(things)
    if (!isFileNamed) {
      out(text)
      return exitCodes.done
    }
    try {
      await writeFile(file, text)
    } catch (error) {
      say(`${file} cannot be written: ${(error as Error).message}`)
      return exitCodes.unusable
    }
    say(`Wrote ${things.length} definitions to ${file}.`)
    return exitCodes.done
  },
}

function jsonOf(thing: Thing): object {
  return { kind: thing.place.kind, name: nameOf(thing.place), body: bodyOf(thing) }
}
