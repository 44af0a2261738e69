/**
 * The AVRO schema of a topic in the registry, and a new version of it.
 */
import { Button, Modal, Stack, Text, Title } from '@mantine/core'
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
import { Table, type Column } from '../../ui/table.js'
import { fieldsOf, type AvroField } from './avro-fields.js'

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
        {data => (data === null ? <None /> : <Shown topic={topic} schema={data} />)}
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

function None(): ReactNode {
  return (
    <Text c="dimmed">
      There is none yet, or management is not told of a schema registry (schema.repository.serverUrl).
    </Text>
  )
}

const columns: readonly Column<AvroField>[] = [
  { title: 'Field', by: ({ path }) => path, cell: ({ path }) => path },
  { title: 'Type', by: ({ type }) => type, cell: ({ type }) => type },
  { title: 'Where it is left out', cell: ({ fallback }) => fallback ?? 'the message is refused' },
  { title: 'What it is', cell: ({ path, doc }) => (path === '__metadata' ? ours : doc) },
]
const ours = "Iris' own: id, time and headers of the message. A publisher leaves it out."

function Shown({ topic, schema }: { readonly topic: string; readonly schema: unknown }): ReactNode {
  return (
    <Stack gap="sm">
      <Table
        label={`Fields of ${topic}`}
        columns={columns}
        rows={fieldsOf(schema)}
        keyOf={({ path }) => path}
        textOf={({ path, type, doc }) => `${path} ${type} ${doc}`}
        whenEmpty="It is no record of fields."
      />
      <Title order={3} size="h5">
        As it is registered
      </Title>
      <BodyView body={schema} />
    </Stack>
  )
}

function isNothing(data: unknown): boolean {
  return data === undefined || data === null
}
