import { describe, expect, it } from 'vitest'
import { checkHeaders } from './headers.js'
import { checkSizes } from './sizes.js'
import { parseSource, type Finding } from './source.js'
import { checkWalls } from './walls.js'
import { checkWords } from './words.js'

const header = '/**\n * A part.\n */\n'
const problems = (findings: readonly Finding[]): string => findings.map(each => each.problem).join('; ')

describe('the taste test', () => {
  it('accepts a small file with a header', () => {
    const source = parseSource('common/src/a.ts', `${header}export const a = 1\n`)

    const findings = [checkHeaders, checkSizes, checkWords, checkWalls].flatMap(check => check([source]))

    expect(findings).toEqual([])
  })

  it.each([
    ['no header', 'export const a = 1\n', 'no contract header'],
    ['a header of six lines', `/**\n${' * x\n'.repeat(6)} */\n`, 'a header of 6 lines'],
    ['a pure file without one', '// pure\nexport const a = 1\n', 'no contract header'],
  ])('refuses %s', (_what, text, problem) => {
    expect(problems(checkHeaders([parseSource('common/src/a.ts', text)]))).toContain(problem)
  })

  it.each([
    ['a line over 110 columns', `${header}// ${'x'.repeat(108)}`, '111 columns'],
    ['a file over 400 lines', header + '\n'.repeat(398), '402 lines'],
    ['a function over 60 lines', `${header}function f() {\n${'  a()\n'.repeat(59)}}\n`, 'f has 61 lines'],
    ['five parameters', `${header}function f(a, b, c, d, e) {}\n`, 'takes 5 parameters'],
  ])('refuses %s', (_what, text, problem) => {
    expect(problems(checkSizes([parseSource('common/src/a.ts', text)]))).toContain(problem)
  })

  it.each([
    ['any', 'const a: any = 1', 'any'],
    ['a default export', 'export default a', 'a default export'],
    ['console', 'console.log(1)', 'console'],
    ['a hidden clock', 'const t = Date.now()', 'a hidden clock'],
    ['a hidden timer', 'setTimeout(f, 1)', 'a hidden clock or timer'],
    ['a debt without an issue', '// TODO later', 'a debt'],
  ])('refuses %s', (_what, text, problem) => {
    expect(problems(checkWords([parseSource('common/src/a.ts', header + text)]))).toContain(problem)
  })

  it('lets only the time folder ask the machine for the time', () => {
    expect(checkWords([parseSource('common/src/time/clock.ts', `${header}Date.now()`)])).toEqual([])
  })

  it.each([
    ['frontend-service/src/a.ts', "import { Kafka } from 'kafkajs'", 'imports kafkajs'],
    ['common/src/a.ts', "import { a } from '@iris/frontend-service/a'", 'common imports'],
    ['receiver/src/a.ts', "import { a } from '@iris/common/a'", 'receiver imports'],
    ['consumers-service/src/a.ts', "import { a } from '@iris/management-service/a'", 'imports the service'],
    ['frontend-service/src/publish/read.ts', "import { a } from './stamp.js'", 'a step imports the step'],
  ])('keeps the wall of %s', (path, text, problem) => {
    expect(problems(checkWalls([parseSource(path, header + text)]))).toContain(problem)
  })

  it('keeps pure files pure', () => {
    const source = parseSource(
      'consumers-service/src/delivery/judge.ts',
      `// pure\n${header}import fs from 'node:fs'`,
    )

    expect(problems(checkWalls([source]))).toContain('a pure file imports node:fs')
  })

  it('finds cycles', () => {
    const one = parseSource('common/src/a.ts', `${header}import { b } from './b.js'`)
    const other = parseSource('common/src/b.ts', `${header}import { a } from './a.js'`)

    expect(problems(checkWalls([one, other]))).toContain('import cycle')
  })
})
