// pure
/**
 * The reference page of the command.
 * Takes declarations. Gives Markdown, part by part.
 */
import { exitCodes, sections, type Command } from '../command.js'
import type { Options } from './declare.js'
import { everywhere } from './everywhere.js'
import { optionWords, usageOf } from './help.js'
import { placeOf } from './parse.js'

const exitMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: 'done; nothing to do is done as well',
  failed:
    'a service could not be asked, refused, or did not do all of it; nothing is known of what was asked for',
  different: '`diff` found a difference, `doctor` something to mend',
  unusable: 'the words or the file cannot be used; nothing was changed',
  interrupted: 'ended by Ctrl-C; a redrive or replay goes on unless you had it cancelled',
}

/** Says to the checker of documents where the examples are read with the declarations. */
const held = '<!-- held by: cli/src/run.test.ts -->'

/** The parts of the page. */
export function referenceOf(commands: readonly Command[]): readonly string[] {
  return [
    'How to use it, profiles and scripts: [command-line.md](../operating/command-line.md).',
    tableOf(
      ['command', 'what it does'],
      commands.map(({ name, summary }) => [`[\`iris ${name}\`](#iris-${name.replace(/ /g, '-')})`, summary]),
    ),
    `## Options of every command\n\n${optionTable(everywhere)}`,
    `## Exit codes\n\n${tableOf(
      ['exit code', ''],
      Object.entries(exitCodes).map(([name, code]) => [
        String(code),
        exitMeanings[name as keyof typeof exitCodes],
      ]),
    )}`,
    ...sections.flatMap(section => [
      `## ${section}`,
      ...commands.filter(each => each.section === section).flatMap(partsOf),
    ]),
  ]
}

function partsOf(command: Command): readonly string[] {
  const places = Object.entries(command.arguments)
  const sentence = `${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`
  return [
    `### iris ${command.name}`,
    sentence,
    `\`${usageOf(command)}\``,
    ...command.details.map(escaped),
    ...(places.length === 0
      ? []
      : [
          tableOf(
            ['word', ''],
            places.map(([name, { help }]) => [`\`${placeOf(name)}\``, help]),
          ),
        ]),
    ...(Object.keys(command.options).length === 0 ? [] : [optionTable(command.options)]),
    `${held}\n\`\`\`sh\n${command.examples.map(({ words, what }) => `# ${what}\niris ${words}`).join('\n')}\n\`\`\``,
  ]
}

function optionTable(options: Options): string {
  return tableOf(
    ['option', ''],
    Object.entries(options).map(([name, option]) => [
      `\`${optionWords(name, option)}\``,
      option.isRepeatable ? `${option.help}; may be given several times` : option.help,
    ]),
  )
}

function tableOf(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(titles), line(titles.map(() => '---')), ...rows.map(row => line(row.map(escaped)))].join('\n')
}

/** What would end a cell, or be taken for a tag. */
function escaped(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/<(?=[A-Za-z/])/g, '&lt;')
}
