/**
 * `npm run demo:poison`: a poison message, its dead letter, and its second life, on the screen.
 * Takes the addresses of a running Iris. Gives the story with its figures, and exit code 0 only when the good
 * orders were not held up, the bad one was kept, and it arrived once after the mend.
 */
import { parseArgs } from 'node:util'
import { createIrisApi } from '@iris/local-stack/iris-api'
import { answersOk } from '@iris/local-stack/service'
import { tellStory } from './story.js'

const print = (text: string): void => void process.stdout.write(`${text}\n`)

async function run(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      frontend: { type: 'string', default: 'http://127.0.0.1:8080' },
      management: { type: 'string', default: 'http://127.0.0.1:8090' },
      // For how many seconds Iris tries a message.
      ttl: { type: 'string', default: '3' },
    },
  })
  const { frontend, management } = values
  if (!((await answersOk(`${frontend}/status/ready`)) && (await answersOk(`${management}/status/health`)))) {
    print(`No Iris answers at ${frontend} and ${management}: run \`npm start\` in another terminal first.`)
    return false
  }
  const story = await tellStory(createIrisApi({ frontend, management }), {
    group: 'poison',
    ttlSeconds: Number(values.ttl),
    print,
  })
  const isGood = story.goodAfterMs < story.deadAfterMs && story.arrivals === 1 && story.left === 0
  print(isGood ? '\nNothing was lost, and nobody had to wait.' : '\nThis is not how it should have gone.')
  return isGood
}

try {
  process.exitCode = (await run()) ? 0 : 1
} catch (error) {
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
