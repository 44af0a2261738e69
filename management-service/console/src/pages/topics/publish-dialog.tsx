/**
 * How a message is published to a topic: the command, with the message that the person writes.
 * Messages go to a frontend and not through management, so that they are sent from a terminal.
 */
import { Modal, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { api } from '../../api/client.js'
import { Command } from '../../ui/command.js'
import { exampleMessage } from './example-message.js'
import { frontendOf, publishCommand, readCommand } from './publish-command.js'
import type { Topic } from './topic-words.js'

interface PublishDialogProps {
  readonly topic: Topic
  readonly isOpen: boolean
  readonly onClose: () => void
}

/** The dialog. */
export function PublishDialog({ topic, isOpen, onClose }: PublishDialogProps): ReactNode {
  const name = topic.name ?? ''
  const [body, setBody] = useState(() => exampleMessage(topic.schema))
  const [key, setKey] = useState('')
  const processes = api.useQuery('get', '/processes', {}, { enabled: isOpen, retry: false })
  const frontend = frontendOf(processes.data ?? [])
  const hasKey = topic.auth?.enabled === true
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Publish to ${name}`} size="lg">
      <Stack>
        <Textarea
          label="Message"
          autosize
          minRows={3}
          maxRows={12}
          value={body}
          onChange={event => setBody(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label="Partition key"
          description="Messages with the same key keep their order."
          value={key}
          onChange={event => setKey(event.currentTarget.value)}
        />
        <Text size="sm">
          Publishers send their messages to a frontend. <code>201</code> means that Kafka has the message.
        </Text>
        <Command command={publishCommand({ frontend, topic: name, body, key, hasKey })} />
        <Text size="sm">Watch what is published, in another terminal:</Text>
        <Command command={readCommand(frontend, name)} />
      </Stack>
    </Modal>
  )
}
