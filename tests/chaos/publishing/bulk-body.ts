// pure
/**
 * Requests with many messages, in every form that the broker takes.
 * Takes messages in order and a form. Gives path, headers and body; each message keeps its bytes.
 */

export interface BulkMessage {
  readonly topicName: string
  readonly key: string
  readonly body: Buffer
  /** Goes into the request in a way that must be refused. */
  readonly isBad: boolean
}

export interface BulkForm {
  /** `plain`: the messages themselves, all of one topic and key. `wrapped`: of one topic. `many`: of several. */
  readonly shape: 'plain' | 'wrapped' | 'many'
  readonly isArray: boolean
}

export interface BulkSending {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const lineFeed = Buffer.from('\n')
const comma = Buffer.from(',\r\n ')

/** The request for `messages`, of which there must be one at least. */
export function bulkSendingOf(messages: readonly BulkMessage[], { shape, isArray }: BulkForm): BulkSending {
  const [first] = messages
  const topicName = first?.topicName ?? ''
  const path = { plain: `/topics/${topicName}/batch`, wrapped: `/topics/${topicName}/batch?records=wrapped` }
  const type = isArray ? 'application/json' : 'application/x-ndjson'
  const records = messages.map(each => (shape === 'plain' ? plain(each) : wrapped(each, shape === 'many')))
  const between = isArray ? comma : lineFeed
  const inside = records.flatMap((each, index) => (index === 0 ? [each] : [between, each]))
  return {
    path: shape === 'many' ? '/topics/batch' : path[shape],
    headers: {
      'Content-Type': type,
      ...(shape === 'plain' ? { 'Partition-Key': first?.key ?? '' } : {}),
    },
    body: Buffer.concat(isArray ? [Buffer.from('['), ...inside, Buffer.from(']')] : [...inside, lineFeed]),
  }
}

/** A bad plain message lacks its last bracket. An array cannot hold one: it would end the reading. */
function plain({ body, isBad }: BulkMessage): Buffer {
  return isBad ? body.subarray(0, -1) : body
}

/** A bad wrapped one has a member that nobody knows. */
function wrapped({ topicName, key, body, isBad }: BulkMessage, hasTopic: boolean): Buffer {
  const members = {
    ...(hasTopic ? { topic: topicName } : {}),
    key,
    ...(isBad ? { unheardOf: true } : {}),
  }
  const head = JSON.stringify(members).slice(0, -1)
  return Buffer.concat([Buffer.from(`${head},"message":`), body, Buffer.from('}')])
}
