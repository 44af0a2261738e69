/**
 * `iris profile`: installations with their addresses and keys, under names.
 * Promises: keys are masked wherever they are shown; the file is readable by its owner alone.
 */
import { command, exitCodes, type World } from '../../command.js'
import { checkedAddress } from '../../profile/connection.js'
import { maskedKey, profileNamed, type Profile } from '../../profile/profiles.js'
import { tableLines } from '../../show/table.js'
import { jsonLine } from '../../show/words.js'
import { optional, required, text, UsageError } from '../../words/declare.js'

const name = required('the profile', { completes: 'profile' })
const section = 'This command'
const keyBytesMax = 4_096

export const addCommand = command({
  name: 'profile add',
  section,
  summary: 'keep the addresses and the key of an installation under a name',
  details: [
    'A profile that is there is changed: what is not given stays. --management and --frontend, which every command has, are ' +
      'the addresses. The first profile is in use at once.',
    'Words of a command line can be read by others on the machine and stay in the history: --key - reads the key from what is ' +
      'piped in, or asks for it.',
  ],
  arguments: { name },
  options: { key: text('KEY', 'the API key, for the addresses of this profile only; - reads it') },
  examples: [
    {
      words: 'profile add local --management http://127.0.0.1:8090 --frontend http://127.0.0.1:8080',
      what: 'the local stack',
    },
    {
      words: 'profile add prod --management https://iris.example --key - < key.txt',
      what: 'with a key from a file',
    },
  ],
  async run(world, words, { key }) {
    const { profiles, screen } = world
    if (!/^[\w.-]{1,100}$/.test(words.name))
      throw new UsageError(`${words.name} is no name of a profile: letters, digits, _, . and - are`)
    const kept = await profiles.read()
    const addresses = givenAddresses(world)
    const given = key === '-' ? await readKey(world) : key
    const profile = {
      ...kept.byName.get(words.name),
      ...addresses,
      ...(given === null ? {} : { key: given }),
    }
    const current = kept.current ?? words.name
    await profiles.write({ current, byName: new Map(kept.byName).set(words.name, profile) })
    screen.say(`Profile ${words.name} is in ${profiles.path}${current === words.name ? ', and in use' : ''}.`)
    return exitCodes.done
  },
})

export const useCommand = command({
  name: 'profile use',
  section,
  summary: 'use a profile from now on',
  arguments: { name },
  options: {},
  examples: [
    { words: 'profile use prod', what: 'every command talks to prod then, unless it is told otherwise' },
  ],
  async run({ profiles, screen }, words) {
    const kept = await profiles.read()
    profileNamed(kept, words.name)
    await profiles.write({ ...kept, current: words.name })
    screen.say(`Using ${words.name}.`)
    return exitCodes.done
  },
})

export const listCommand = command({
  name: 'profile list',
  section,
  summary: 'list the profiles',
  arguments: {},
  options: {},
  examples: [{ words: 'profile list', what: 'the one in use has a star' }],
  async run(world) {
    const { profiles, screen, isJson } = world
    await warnOfOthers(world)
    const { current, byName } = await profiles.read()
    const items = [...byName].map(([each, profile]) => ({
      name: each,
      ...shown(profile),
      isCurrent: each === current,
    }))
    if (isJson) screen.out(jsonLine({ items }))
    else if (items.length === 0) screen.say('There is no profile yet: iris profile add NAME --management URL')
    else {
      const columns = [
        { title: '' },
        { title: 'NAME' },
        { title: 'MANAGEMENT' },
        { title: 'FRONTEND' },
        { title: 'KEY' },
      ]
      const rows = items.map(({ isCurrent, management, frontend, key, ...each }) => [
        ...[isCurrent ? '*' : '', each.name, management ?? '-', frontend ?? '-', key ?? '-'],
      ])
      screen.out(`${tableLines(columns, rows, { width: screen.columns, paint: screen.paint }).join('\n')}\n`)
    }
    return exitCodes.done
  },
})

export const showCommand = command({
  name: 'profile show',
  section,
  summary: 'show which installation calls go to, and with which key',
  details: ['Without a name: what the words, the environment and the profile in use come to together.'],
  arguments: { name: optional('the profile', { completes: 'profile' }) },
  options: {},
  examples: [
    { words: 'profile show', what: 'where the next call goes' },
    { words: 'profile show prod', what: 'what stands in a profile' },
  ],
  async run(world, words) {
    await warnOfOthers(world)
    const facts =
      words.name === null
        ? await inEffect(world)
        : shown(profileNamed(await world.profiles.read(), words.name))
    if (world.isJson) world.screen.out(jsonLine(facts))
    else
      world.screen.out(
        Object.entries(facts)
          .map(([fact, value]) => `${`${fact}:`.padEnd(12)}${value ?? '-'}\n`)
          .join(''),
      )
    return exitCodes.done
  },
})

export const removeCommand = command({
  name: 'profile remove',
  section,
  summary: 'forget a profile with its key',
  arguments: { name },
  options: {},
  examples: [{ words: 'profile remove prod', what: 'the key itself stays valid: iris does not revoke it' }],
  async run({ profiles, screen }, words) {
    const kept = await profiles.read()
    profileNamed(kept, words.name)
    const byName = new Map([...kept.byName].filter(([each]) => each !== words.name))
    const isCurrent = kept.current === words.name
    await profiles.write({ current: isCurrent ? null : kept.current, byName })
    screen.say(`Removed ${words.name}.${isCurrent ? ' No profile is in use now.' : ''}`)
    return exitCodes.done
  },
})

interface Shown {
  readonly management: string | null
  readonly frontend: string | null
  readonly key: string | null
}

function shown({ management, frontend, key }: Profile): Shown {
  const addresses = { management: management ?? null, frontend: frontend ?? null }
  return { ...addresses, key: key === undefined ? null : maskedKey(key) }
}

async function inEffect(world: World): Promise<Shown & { readonly profile: string | null }> {
  const { profile, management, frontend } = await world.connection()
  const key = /^Bearer (.*)$/.exec(management.headers['Authorization'] ?? '')?.[1] ?? null
  const url = frontend?.url ?? null
  return { profile, management: management.url, frontend: url, key: key === null ? null : maskedKey(key) }
}

/** Only those of the words: what the environment says belongs to the terminal, not to the profile. */
function givenAddresses({ everywhere }: World): Pick<Profile, 'management' | 'frontend'> {
  const { management, frontend } = everywhere
  return {
    ...(management === null ? {} : { management: checkedAddress('management', management) }),
    ...(frontend === null ? {} : { frontend: checkedAddress('frontend', frontend) }),
  }
}

async function readKey({ input, screen }: World): Promise<string> {
  const key = input === null ? await screen.ask('Key: ') : await textOf(input)
  if (key === null || key.trim() === '') throw new UsageError('--key - was given no key')
  return key.trim()
}

async function textOf(input: AsyncIterable<Buffer>): Promise<string> {
  let found = ''
  for await (const piece of input) {
    found += piece.toString()
    if (found.length > keyBytesMax) throw new UsageError(`A key has at most ${keyBytesMax} letters`)
  }
  return found
}

async function warnOfOthers({ profiles, screen }: World): Promise<void> {
  if (await profiles.isOpenToOthers())
    screen.say(
      `Others on this machine may read ${profiles.path}, which holds keys: chmod 600 ${profiles.path}`,
    )
}
