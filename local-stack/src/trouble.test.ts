import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { plain } from './paint.js'
import { takenPortsSentence } from './ports.js'
import { troubleText } from './trouble.js'

describe('what a terminal shows when Iris does not run', () => {
  it('puts the command that helps on a line of its own', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => void server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const wanted = { port, purpose: 'management', setting: '--port-management' }
    const sentence = (await takenPortsSentence([wanted])) ?? ''
    server.close()

    expect(troubleText(sentence, 80, plain).split('\n').slice(-2)).toEqual([
      `  npm start -- --port-management ${port + 10_000}`,
      '',
    ])
  })

  it('breaks a long sentence between words, and never a word', () => {
    const sentence = `Java is missing. Install it: apt-get install ${'x'.repeat(60)} or see docker/README.md.`
    const lines = troubleText(sentence, 50, plain).split('\n')

    expect(lines.join(' ').trim()).toBe(sentence)
    expect(lines.filter(line => line.length > 50)).toEqual(['x'.repeat(60)])
  })

  it('breaks nothing where it fits', () => {
    expect(troubleText('No broker answers.', 80, plain)).toBe('No broker answers.\n')
  })
})
