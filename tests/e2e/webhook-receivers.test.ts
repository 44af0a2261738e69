/** The receivers of docs/how-to/receive-a-webhook.md take what is signed, once, and nothing else. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '@iris/local-stack/ports'
import { eventually } from '../support/eventually.js'

const folder = fileURLToPath(new URL('../../examples/webhook/', import.meta.url))
const key = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
const callMs = 10_000
const startMs = 60_000
const oldS = 600

let program: ChildProcess | null = null
afterEach(() => {
  program?.kill('SIGKILL')
  program = null
})

/** Whether the machine has it; where not, the page's program is only compared with its file. */
function has(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

interface Running {
  output(): string
  post(body: string, headers: Readonly<Record<string, string>>): Promise<number>
}

async function start(command: string, file: string): Promise<Running> {
  const port = await freePort()
  const child = spawn(command, [folder + file], {
    env: { ...process.env, WEBHOOK_KEY: key, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  program = child
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
  const post = async (body: string, headers: Readonly<Record<string, string>>): Promise<number> => {
    const signal = AbortSignal.timeout(callMs)
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers, signal })
    return answer.status
  }
  await eventually(() => post('', {}), startMs)
  return { output: () => output, post }
}

function signed(id: string, body: string, at = new Date()): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': `v1,AAAA ${new Webhook(key).sign(id, at, body)}`,
  }
}

describe('the receiver of the page', () => {
  it.each([
    ['Node', process.execPath, 'receiver.mjs'],
    ['Python', 'python3', 'receiver.py'],
    ['Java', 'java', 'Receiver.java'],
  ])('in %s takes a signed message once, and refuses others', async (_language, command, file) => {
    if (!has(command)) return expect(command).toBe('python3') // Node and Java are needed anyway
    const { output, post } = await start(command, file)
    const body = '{"order":17}'
    const good = signed('message-1', body)

    const statuses = [
      await post(body, good),
      await post(body, signed('message-1', body)),
      await post('{"order":18}', good),
      await post(body, signed('message-2', body, new Date(Date.now() - oldS * 1_000))),
      await post(body, { ...good, 'webhook-signature': '' }),
      await post(body, { ...good, 'webhook-timestamp': 'soon' }),
    ]

    expect(statuses).toEqual([204, 204, 401, 401, 401, 401])
    await eventually(() => expect(output()).toContain(`received message-1 ${body}`))
    expect(output().match(/received/g)).toHaveLength(1)
  })
})
