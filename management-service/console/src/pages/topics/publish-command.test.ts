import { describe, expect, it } from 'vitest'
import { frontendOf, publishCommand, readCommand } from './publish-command.js'

describe('the commands of a publisher', () => {
  const plain = { frontend: 'http://f:1', topic: 'demo.events', body: '{}', key: '', hasKey: false }

  it('name a frontend that lives, or a word to put one in', () => {
    const consumers = { kind: 'consumers', host: 'c', port: 2 }

    expect(frontendOf([consumers, { kind: 'frontend', host: '10.0.0.1', port: 8080 }])).toBe(
      'http://10.0.0.1:8080',
    )
    expect(frontendOf([{ kind: 'frontend', host: '::1', port: 8080 }])).toBe('http://[::1]:8080')
    expect(frontendOf([consumers])).toBe('http://FRONTEND:8080')
  })

  it('send the message as it was written', () => {
    expect(publishCommand(plain)).toBe(
      "curl -i 'http://f:1/topics/demo.events' -H 'Content-Type: application/json' --data-raw '{}'",
    )
    expect(publishCommand({ ...plain, body: `{"a":"it's"}` })).toContain(`--data-raw '{"a":"it'\\''s"}'`)
  })

  it('say the partition key, and who publishes, where that is asked', () => {
    const command = publishCommand({ ...plain, key: "o'1", hasKey: true })

    expect(command).toContain(`-H 'Partition-Key: o'\\''1'`)
    expect(command).toContain('-H "Authorization: Bearer $IRIS_KEY"')
    expect(publishCommand(plain)).not.toContain('Authorization')
  })

  it('read from the beginning', () => {
    expect(readCommand('http://f:1', 'demo.events')).toBe(
      "curl -N 'http://f:1/topics/demo.events/events?from=earliest'",
    )
  })
})
