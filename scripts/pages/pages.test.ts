import { describe, expect, it } from 'vitest'
import { bodyOf, differenceOf } from './answers.js'
import { problemOfCall, type Declared } from './known-words.js'
import { checkLinks } from './links.js'
import { readPage } from './page.js'
import { planOf } from './plan.js'
import { checkRoutes } from './routes.js'
import { commandsOf } from './shell.js'

const page = (...lines: readonly string[]) => readPage('docs/a.md', lines.join('\n'))
const problemsOf = (found: readonly { line: number; problem: string }[]) =>
  found.map(({ line, problem }) => `${line}: ${problem}`)

describe('links', () => {
  const files = ['docs/a.md', 'docs/b.md', 'common/src/time/clock.ts']
  const other = readPage('docs/b.md', '# A `b` & c\n## Twice\n## Twice\n### [Link](b.md): end')
  const check = (...lines: readonly string[]) => problemsOf(checkLinks([page(...lines), other], files))

  it.each([
    '[b](b.md)',
    '[b](../docs/b.md#a-b--c)',
    '[b](b.md#twice-1), [b](b.md#link-end)',
    '[folder](../common/src) and [root](..)',
    '[away](https://example.org/nothing#here)',
    '`time/clock.ts`, `common/src/time/clock.ts`',
    '`[no](link.md)`',
    '[`elsewhere/clock.ts`](https://example.org/clock.ts)',
  ])('lead somewhere: %s', line => {
    expect(check(line)).toEqual([])
  })

  it.each([
    ['[b](c.md)', '1: there is no docs/c.md'],
    ['[b](b.md#thrice)', '1: docs/b.md has no heading #thrice'],
    ['[b](#twice)', '1: docs/a.md has no heading #twice'],
    ['[b](/docs/b.md)', '1: /docs/b.md counts from the root of a server'],
    ['[b](https://)', '1: https:// is no address'],
    ['[b](../common/src/time/clock.ts#now)', '1: common/src/time/clock.ts has no anchors'],
    ['`time/clocks.ts`', '1: there is no time/clocks.ts'],
    ['[b]: gone.md', '1: there is no docs/gone.md'],
  ])('that lead nowhere are named: %s', (line, problem) => {
    expect(check(line)).toEqual([problem])
  })

  it('are none, like headings, inside a block', () => {
    const text = ['```', '# Heading', '[b](c.md)', '```', '[b](#heading)']

    expect(check(...text)).toEqual(['5: docs/a.md has no heading #heading'])
  })
})

describe('calls', () => {
  const routes = ['GET /topics/:topic', 'PUT /topics/:topic/state', 'GET /ui/*rest']
  const check = (word: string) => problemsOf(checkRoutes([page(`\`${word}\``)], routes))

  it.each([
    'GET /topics/{t}?limit=1',
    'PUT /topics/demo.orders/state',
    'PUT …/state',
    'PUT /{topic}/state',
    'GET /topics/…',
    'GET /ui…',
    'PUT …/{topic}/…',
    'GET it',
  ])('are answered: %s', word => {
    expect(check(word)).toEqual([])
  })

  it.each(['GET /topic/{t}', 'DELETE /topics/{t}', 'PUT /topics/{t}/states', 'PUT …/states', 'GET /topic/…'])(
    'are named where no service answers: %s',
    word => {
      expect(check(word)).toEqual([`1: no service answers ${word}`])
    },
  )
})

describe('commands', () => {
  const calls = (text: string) => commandsOf(text).map(each => each.calls)

  it('end where a shell sees their end', () => {
    const text = [
      '# only a remark',
      "curl -d '{",
      '  "a": 1}\' \\',
      '  http://x   # its remark',
      'json=\'a b\'; echo "$json" | grep a && head',
      "cat - <<'EOF'",
      'curl none',
      'EOF',
      'for a in 1 2; do',
      '  echo $a; done',
    ].join('\n')

    expect(commandsOf(text).map(each => each.line)).toEqual([1, 4, 5, 8])
    expect(calls(text)).toEqual([
      [['curl', '-d', '{\n  "a": 1}', 'http://x']],
      [['echo', '$json'], ['grep', 'a'], ['head']],
      [['cat', '-']],
      [['echo', '$a']],
    ])
  })

  it('are known by their program, not by what is set before it', () => {
    expect(calls('A=1 B="x y" npm test\nKEY=$(openssl rand 3 | tr a b)')).toEqual([[['npm', 'test']], []])
  })
})

describe('the plan of a page', () => {
  const sh = (notes: readonly string[], ...lines: readonly string[]) => [...notes, '```sh', ...lines, '```']

  it('runs what asks the local stack, with what its notes say and the answer below it', () => {
    const notes = ['<!-- needs: topic a.b; group c -->', '<!-- status: 201 404 -->', '<!-- keep: ID = id -->']
    const { steps, findings } = planOf(
      page(
        ...sh(notes, 'curl http://127.0.0.1:8090/a', 'curl http://localhost:8080/b'),
        '```json',
        '{}',
        '```',
      ),
    )

    expect(findings).toEqual([])
    expect(steps.map(({ line, holder, needs, statuses }) => ({ line, holder, needs, statuses }))).toEqual([
      { line: 5, holder: { kind: 'run' }, needs: ['topic a.b', 'group c'], statuses: [201] },
      { line: 6, holder: { kind: 'run' }, needs: [], statuses: [404] },
    ])
    expect(steps.map(({ keeps, answer }) => [keeps, answer?.text])).toEqual([
      [[], undefined],
      [[['ID', 'id']], '{}'],
    ])
  })

  it('takes a block below a sentence for an answer only where it says so', () => {
    const command = sh([], 'curl http://127.0.0.1:8090/a')
    const answers = (...lines: readonly string[]) => planOf(page(...command, ...lines)).steps[0]?.answer?.text

    expect(answers('A sentence.', '```json', '1', '```')).toBeUndefined()
    expect(answers('A sentence.', '<!-- answer -->', '```json', '1', '```')).toBe('1')
  })

  it('checks the words of others, and lists those that a note speaks for', () => {
    const holders = (notes: readonly string[], ...lines: readonly string[]) =>
      planOf(page(...sh(notes, ...lines))).steps.map(({ holder }) => holder)

    expect(holders([], 'npm ci && npm start')).toEqual([{ kind: 'words' }])
    expect(holders(['<!-- run -->'], 'npm run iris -- why a b', 'npm ci')).toEqual([
      { kind: 'run' },
      { kind: 'words' },
    ])
    expect(holders(['<!-- not run: why -->'], 'npm ci', 'git clone')).toEqual([
      { kind: 'words' },
      { kind: 'reason', text: 'why' },
    ])
    expect(holders(['<!-- held by: tests/a.test.ts -->'], 'curl http://x')).toEqual([
      { kind: 'test', text: 'tests/a.test.ts' },
    ])
  })

  it.each([
    [sh([], 'git clone x'), '2: no check knows git'],
    [sh([], 'curl http://registry:8081/'), '2: http://registry:8081/ is no address of the local stack'],
    [sh([], 'npm ci && curl http://127.0.0.1:8080/'), '2: no check knows npm'],
    [['```', 'words', ' curl x', '```'], '1: a command in a block that is not sh: curl x'],
    [['```', '$ npm ci', '```'], '1: a command in a block that is not sh: $ npm ci'],
    [['```', 'words', '```sh', 'words', '```'], '1: a fence inside a block'],
    [[...sh([], 'npm ci'), '```', 'words', '```'], '4: a block behind commands does not say what it is'],
    [['```shell', 'x', '```'], '1: no check knows shell'],
    [sh(['<!-- neds: topic a.b -->'], 'npm ci'), '1: there is no note neds'],
    [['<!-- needs: topic a.b -->', 'words'], '1: the note needs stands above no block'],
  ])('lets nothing pass that nobody holds: %j', (lines, problem) => {
    expect(problemsOf(planOf(page(...lines)).findings)).toEqual([problem])
  })
})

describe('words that are looked up', () => {
  const declared: Declared = {
    paths: new Set(['docker', 'docker/compose.yaml', 'deploy', 'deploy/chart']),
    installed: new Set(['vitest']),
    scripts: workspace =>
      ({ '.': { start: 'node a/dist/main.js', iris: 'x' }, a: { run: 'x' } })[workspace] ?? null,
    sourcesOf: () => "options: { fresh: { type: 'boolean' } } // --data DIR",
    services: () => ['inbox'],
    irisProblem: words => (words[0] === 'plan' ? null : 'iris has no such command'),
  }
  const problem = (text: string) => problemOfCall(text.split(' '), declared)

  it.each([
    'npm ci',
    'npm start',
    'npm start -- --fresh --data=x',
    'npm run run -w a',
    'npm run iris -- plan',
    'iris plan',
    'npx vitest run',
    'docker compose -f docker/compose.yaml up --build inbox',
    'docker compose -f docker/compose.yaml exec inbox ls docker',
    'helm install iris ./deploy/chart/',
    'kubectl get pods',
  ])('are good: %s', text => {
    expect(problem(text)).toBeNull()
  })

  it.each([
    ['npm run nothing', 'package.json of . has no script nothing'],
    ['npm run start -w b', 'package.json of b has no script start'],
    ['npm start -- --stale', 'there is no option --stale'],
    ['npm publish', 'npm has no publish here'],
    ['npm run iris -- paln', 'iris has no such command'],
    ['npx jest', 'npm installs no jest'],
    ['npx vitest run docs/none.test.ts', 'there is no docs/none.test.ts'],
    ['docker compose up', 'docker compose without -f finds no file in the root'],
    ['docker compose -f docker/none.yaml up', 'there is no docker/none.yaml'],
    ['docker compose -f docker/compose.yaml up outbox', 'docker/compose.yaml has no service outbox'],
    ['docker push x', 'no check knows docker push'],
    ['helm install iris deploy/charts', 'there is no deploy/charts'],
    ['git clone', 'no check knows git'],
  ])('are named where nothing declares them: %s', (text, wanted) => {
    expect(problem(text)).toBe(wanted)
  })
})

describe('answers', () => {
  const came =
    'HTTP/1.1 201 Created\r\nSchedule-Id: 3\r\n\r\n{"items":[{"id":"a"},{"id":"b","n":2}],"code":"OTHER"}'

  it.each([
    ['json', '{"items":[{"id":"x…"}, …], "code":"OTHER"}'],
    ['json', '{"items":[…],"code":…}'],
    ['json', '{"items":[{"id":"q", …, "n":7}]}'],
    ['http', 'HTTP/1.1 201 Created\nSchedule-Id: 7\n\n{"code":"OTHER"}'],
    ['http', 'Schedule-Id: …'],
    ['text', 'HTTP/1.1 201 Created\n…\nSchedule-Id: 17'],
  ])('are like what %s shows: %s', (language, shown) => {
    expect(differenceOf(language, shown, came)).toBeNull()
  })

  it.each([
    ['json', '{"item":[]}', 'the answer has no item; it has items, code'],
    ['json', '{"items":{}}', 'items is a list, not a object'],
    ['json', '{"items":[{"id":1}]}', 'items.0.id is a string, not a number'],
    ['json', '{"code":"CONFLICT"}', 'code is OTHER, not CONFLICT'],
    ['json', '{', 'the page shows no JSON: {'],
    ['http', 'HTTP/1.1 200 OK', 'the status is 201, not 200'],
    ['http', 'HTTP/1.1 201 Created\nETag: 1', 'there is no header ETag'],
    ['text', 'Schedule-Id: x', 'no line is like: Schedule-Id: x'],
    ['text', 'Schedule-Id: 3\nHTTP/1.1 201 Created', 'no line is like: HTTP/1.1 201 Created'],
  ])('differ from what %s shows: %s', (language, shown, difference) => {
    expect(differenceOf(language, shown, came)).toBe(difference)
  })

  it('have a body behind their head, or are one', () => {
    expect(bodyOf('HTTP/1.1 200 OK\r\nA: b\r\n\r\nx\ny')).toBe('x\ny')
    expect(bodyOf('{"a":1}')).toBe('{"a":1}')
    expect(differenceOf('json', '[{"a":1}]', '[]')).toBe('the answer is empty')
    expect(differenceOf('json', '{}', 'nothing')).toBe('no JSON came: nothing')
  })
})
