/**
 * `npm run demo:chat`: one instance of the chat beside a running Iris.
 * Takes flags. Makes the topic when it is missing, then serves until a signal.
 * Promises: what cannot start is told in one sentence, exit code 1.
 */
import { parseArgs } from 'node:util'
import { createIrisApi } from '@iris/local-stack/iris-api'
import { stopSignal } from '@iris/local-stack/stop-signal'
import { startChat } from './chat.js'
import { chatTopic, ensureChatTopic } from './topic.js'

const options = {
  name: { type: 'string', default: 'g1' },
  port: { type: 'string', default: '8061' },
  host: { type: 'string', default: '127.0.0.1' },
  topic: { type: 'string', default: chatTopic },
  frontend: { type: 'string', default: 'http://127.0.0.1:8080' },
  management: { type: 'string', default: 'http://127.0.0.1:8090' },
} as const

async function run(): Promise<void> {
  const { values } = parseArgs({ options })
  const { name, host, topic, frontend, management } = values
  const stopped = stopSignal()
  const api = createIrisApi({ frontend, management })
  await ensureChatTopic(api, topic)
  const chat = await startChat({ name, topic, frontend, api, host, port: Number(values.port) })
  process.stdout.write(`${name} talks at ${chat.url}/ (topic ${topic} of ${frontend})\n`)
  await stopped
  await chat.stop()
}

try {
  await run()
} catch (error) {
  const { message, cause } = error as Error
  const reason = cause instanceof Error ? `: ${cause.message}` : ''
  process.stderr.write(`The chat cannot start: ${message}${reason}. Is Iris running (npm start)?\n`)
  process.exitCode = 1
}
