import { describe, expect, it } from 'vitest'
import type { HermesError } from '@iris/common/errors/hermes-error'
import type { KnownSchema } from '@iris/common/schema/schemas'
import { sentHeaders } from '../bulk/record-headers.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { AvroCheck } from './check-avro.js'
import { createContent } from './content.js'
import { Publication, type PublicationEvents } from './publication.js'
import { wholeMessage } from './whole-message.js'

const settle = (): Promise<void> => new Promise(resolve => void setImmediate(resolve))
const topic = { name: 'acme.users', avroSubject: 'acme.users' } as RoutedTopic

/** A topic whose schema has to be asked for; `check` judges the body by it. */
function judged(check: AvroCheck['check']) {
  const words: string[] = []
  const publication = new Publication(
    {} as PublicationEvents,
    wholeMessage(sentHeaders([]), Buffer.from('{}'), {} as never),
    topic.name,
  )
  const content = createContent(
    {
      rules: { acceptAnyBytes: false },
      clock: { monotonic: () => 0 },
      warn: event => void words.push(event),
      avro: { schemaOf: () => undefined, ask: () => Promise.resolve({} as KnownSchema), check },
    },
    {
      right: () => void words.push('right'),
      wrong: (_publication, error: HermesError) => void words.push(`${error.code} ${error.status}`),
    },
  )
  content.judge(publication, topic, Buffer.from('{}'))
  return { publication, words }
}

describe('a message whose schema has to be asked for', () => {
  it('waits, and is right by it', async () => {
    const { publication, words } = judged(() => ({}) as ReturnType<AvroCheck['check']>)
    expect([publication.stage, words]).toEqual(['checking', []])
    await settle()

    expect(words).toEqual(['right'])
  })

  it('is answered, and the process lives on, where its check has a defect', async () => {
    const { words } = judged(() => {
      throw new TypeError('a defect')
    })
    await settle()

    expect(words).toEqual(['publish.defect', 'INTERNAL_ERROR 500'])
  })

  it('is not answered again when its deadline has passed meanwhile', async () => {
    const { publication, words } = judged(() => ({}) as ReturnType<AvroCheck['check']>)
    publication.stage = 'answered'
    await settle()

    expect(words).toEqual([])
  })
})
