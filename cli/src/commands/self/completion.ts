/**
 * `iris completion`: the script that makes a shell complete words.
 */
import { command, exitCodes } from '../../command.js'
import { completionScripts, shells } from '../../words/completion-scripts.js'
import { required, UsageError } from '../../words/declare.js'

export const completionCommand = command({
  name: 'completion',
  section: 'This command',
  summary: 'print the script that completes words in your shell',
  details: ['Topics, subscriptions, groups and profiles are completed with the names that there are now.'],
  arguments: { shell: required('bash, zsh or fish', { completes: shells }) },
  options: {},
  examples: [
    { words: 'completion bash > ~/.local/share/bash-completion/completions/iris', what: 'bash, for good' },
    { words: 'completion zsh > "${fpath[1]}/_iris"', what: 'zsh, for good' },
    { words: 'completion fish > ~/.config/fish/completions/iris.fish', what: 'fish, for good' },
  ],
  run({ screen }, { shell }) {
    const script = Object.entries(completionScripts).find(([name]) => name === shell)?.[1]
    if (script === undefined)
      throw new UsageError(`There is a script for ${shells.join(', ')}, not for ${shell}`)
    screen.out(script)
    return Promise.resolve(exitCodes.done)
  },
})
