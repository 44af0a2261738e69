// pure
/**
 * The options that every command has.
 */
import { text, texts, toggle, type Options, type Values } from './declare.js'

export const everywhere = {
  profile: text('NAME', 'the profile to use, before environment variables', { completes: 'profile' }),
  management: text('URL', 'the address of management'),
  frontend: text('URL', 'the address of a frontend'),
  header: texts(
    '"NAME: VALUE"',
    'a header for every call; "NAME: env VARIABLE" keeps its value from the command line',
  ),
  json: toggle('results as JSON, for programs'),
  help: toggle('explain the command', { short: 'h' }),
} satisfies Options
export type Everywhere = Values<typeof everywhere>
