/**
 * The AVRO schema of a topic in the registry, and a new version of it.
 */
import { Button, Modal, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { pathOf } from '../../api/call.js'
import { send } from '../../api/client.js'
import { DefinitionForm } from '../../form/definition-form.js'
import type { FieldGroup } from '../../form/field.js'
import { Answer } from '../../ui/answer.js'
import { BodyView } from '../../ui/body-view.js'
import { Section } from '../../ui/section.js'

const fields: readonly FieldGroup[] = [
  {
    title: 'Schema',
    isOpen: true,
    fields: [
      {
        pointer: '/schema',
        label: 'AVRO schema',
        kind: 'json',
        help: 'A record with the field __metadata. The registry says which changes it takes.',
      },
    ],
  },
]

/** The schema. */
export function AvroSchema({ topic }: { readonly topic: string }): ReactNode {
  const [isOpen, form] = useDisclosure(false)
  const path = pathOf('topics', topic, 'schema')
  // Read as it is: where there is no schema the answer has no body.
  const schema = useQuery({
    queryKey: ['avro', topic],
    queryFn: ({ signal }) => send({ method: 'GET', path }, signal),
  })
  return (
    <Section
      title="Latest version"
      actions={
        <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} onClick={form.open}>
          New version
        </Button>
      }
    >
      <Answer of={schema}>
        {data => (data === null ? <Text c="dimmed">There is none yet.</Text> : <BodyView body={data} />)}
      </Answer>
      <Modal opened={isOpen} onClose={form.close} title="New version" size="xl">
        <DefinitionForm
          groups={fields}
          first={isNothing(schema.data) ? {} : { schema: schema.data }}
          isNew
          callOf={draft => ({ method: 'POST', path, body: draft['schema'] })}
          bodyAt="/schema"
          verb="Register it"
          done="Schema registered"
          onDone={form.close}
        />
      </Modal>
    </Section>
  )
}

function isNothing(data: unknown): boolean {
  return data === undefined || data === null
}
