import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { freePort, isPortFree, takenPortsSentence } from './ports.js'

function listen(port: number): Promise<Server> {
  return new Promise(resolve => {
    const server = createServer()
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

/** The first line that a process writes. */
async function lineOf(output: Readable): Promise<string> {
  const [line] = (await once(createInterface(output), 'line')) as [string]
  return line
}

describe('ports', () => {
  it('are free when given, and never given twice', async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()))

    expect(new Set(ports).size).toBe(20)
    expect(await isPortFree(ports[0] ?? 0)).toBe(true)
  })

  it('are not given to another process that asks while the first one lives', async () => {
    const program =
      `import { freePort } from ${JSON.stringify(new URL('../dist/ports.js', import.meta.url).href)};` +
      'const ports = []; for (let n = 0; n < 70; n++) ports.push(await freePort()); console.log(ports.join());' +
      // Its ports are free again when it ends: it waits until all have theirs.
      'process.stdin.resume().once("end", () => process.exit())'
    const askers = Array.from({ length: 3 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] }),
    )
    const lines = await Promise.all(askers.map(({ stdout }) => lineOf(stdout)))
    askers.forEach(({ stdin }) => stdin.end())
    const ports = lines.flatMap(line => line.split(','))

    expect(ports).toHaveLength(210)
    expect(new Set(ports).size).toBe(210)
  })

  it('that are taken are named with their purpose and their flag', async () => {
    const [taken, free] = [await freePort(), await freePort()]
    const server = await listen(taken)

    const sentence = await takenPortsSentence([
      { port: taken, purpose: 'frontend', setting: '--port-frontend' },
      { port: free, purpose: 'inbox', setting: '--port-inbox' },
    ])
    server.close()

    expect(sentence).toContain(`Port ${taken} (frontend) is taken`)
    expect(sentence).toContain(`npm start -- --port-frontend ${taken + 10_000}`)
    expect(sentence).not.toContain('inbox')
  })

  it('that are all free need no sentence', async () => {
    const port = await freePort()

    expect(await takenPortsSentence([{ port, purpose: 'x', setting: '--x' }])).toBeNull()
  })
})
