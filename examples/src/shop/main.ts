/**
 * `npm run demo:shop`: the same shop twice, with direct calls and with events, while services are stopped.
 * Takes the addresses of a running Iris. Gives the story, its figures, and exit code 0 only when the
 * asynchronous variant has taken every order, lost none and did everything once.
 */
import { parseArgs } from 'node:util'
import { createIrisApi } from '@iris/local-stack/iris-api'
import { answersOk } from '@iris/local-stack/service'
import { figuresTable } from './figures.js'
import { tellStory } from './story.js'

const usage = `npm run demo:shop [-- options]

  --frontend URL      default http://127.0.0.1:8080
  --management URL    default http://127.0.0.1:8090
  --orders COUNT      orders a chapter, 1 to 1000, default 20
`
const ordersMax = 1_000
const print = (text: string): void => void process.stdout.write(`${text}\n`)

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      frontend: { type: 'string', default: 'http://127.0.0.1:8080' },
      management: { type: 'string', default: 'http://127.0.0.1:8090' },
      orders: { type: 'string', default: '20' },
      help: { type: 'boolean', default: false },
    },
  })
  const { frontend, management, help } = values
  const ordersCount = Number(values.orders)
  const isCount = Number.isInteger(ordersCount) && ordersCount >= 1 && ordersCount <= ordersMax
  if (help || !isCount) {
    print(usage)
    return help ? 0 : 1
  }
  if (!((await answersOk(`${frontend}/status/ready`)) && (await answersOk(`${management}/status/health`)))) {
    print(`No Iris answers at ${frontend} and ${management}: run \`npm start\` in another terminal first.`)
    return 1
  }
  const figures = await tellStory(createIrisApi({ frontend, management }), { ordersCount, print })
  print(figuresTable(figures))
  const { failed, lost } = figures.asynchronous
  return failed + lost + figures.wrongEffects === 0 ? 0 : 1
}

try {
  process.exitCode = await run()
} catch (error) {
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
