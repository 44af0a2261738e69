/**
 * The completion scripts, run by their shells with a stand-in for `iris` that tells what it was asked.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { skippedFor } from '../../../tests/support/needed.js'
import { completionScripts, type Shell } from './completion-scripts.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'iris-completion-'))
  writeFileSync(join(folder, 'iris'), standIn)
  chmodSync(join(folder, 'iris'), 0o755)
  for (const [shell, script] of Object.entries(completionScripts)) writeFileSync(join(folder, shell), script)
  writeFileSync(join(folder, '_iris'), completionScripts.zsh)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Offers two words that tell how it was asked; files behind `--file`. */
const standIn = `#!/bin/sh
shift 2
if [ "$1" = "--file" ]; then echo :file; exit; fi
if [ "$1" = "hostile" ]; then printf '%s\\n' '$(touch done)' '\`touch done\`' '*'; exit; fi
echo "list-\${#}-of"
echo "last-[$2]"
`
const zshStubs = 'compdef() { :; }; compadd() { print -l -- "$@"; }; _files() { print FILES; }'

interface Way {
  readonly shell: Shell
  readonly how: string
  /** A program that completes \`iris WORD BEGUN\` and prints what is offered. */
  program(word: string, begun: string): string
}

const ways: readonly Way[] = [
  {
    shell: 'bash',
    how: 'sourced',
    program: (word, begun) =>
      `source ./bash; COMP_WORDS=(iris '${word}' '${begun}'); COMP_CWORD=2; _iris; printf '%s\\n' "\${COMPREPLY[@]}"`,
  },
  {
    shell: 'zsh',
    how: 'sourced',
    program: (word, begun) =>
      `${zshStubs}; source ./zsh; words=(iris '${word}' '${begun}'); CURRENT=3; _iris`,
  },
  {
    shell: 'zsh',
    how: 'loaded from fpath',
    program: (word, begun) =>
      `${zshStubs}; fpath=(. $fpath); autoload -Uz _iris; words=(iris '${word}' '${begun}'); CURRENT=3; _iris`,
  },
  {
    shell: 'fish',
    how: 'sourced',
    program: (word, begun) => `source ./fish; complete -C "iris ${word} ${begun}"`,
  },
]

describe.each(ways)('$shell, $how', ({ shell, program }) => {
  const missing = skippedFor(whyNot(shell))
  const offered = (word: string, begun: string): string[] => {
    const bare: Readonly<Record<Shell, string[]>> = { bash: ['--norc'], zsh: ['-f'], fish: ['--no-config'] }
    const { stdout, stderr } = spawnSync(shell, [...bare[shell], '-c', program(word, begun)], {
      cwd: folder,
      env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder },
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect(stderr).toBe('')
    return stdout.split('\n').filter(line => line !== '' && line !== '--')
  }

  it.skipIf(missing !== null)('asks with the words before the cursor and the begun one', () => {
    expect(offered('dlq', 'l').sort()).toEqual(['last-[l]', 'list-2-of'])
  })

  it.skipIf(missing !== null)('does nothing that an offer would have it do', () => {
    expect(offered('hostile', '')).toContain('*')
    expect(existsSync(join(folder, 'done'))).toBe(false)
  })

  it.skipIf(missing !== null)('offers names of files where a file is asked for', () => {
    expect(offered('--file', 'zs').join()).toMatch(/^(zsh|FILES)$/)
  })
})

function whyNot(shell: Shell): string | null {
  const { error } = spawnSync(shell, ['--version'], { timeout: 20_000 })
  return error === undefined ? null : `${shell} is not installed`
}
