/**
 * The AVRO schema of a topic in the registry: its versions, what differs between them, and a new one.
 */
import { Button, Modal, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { pathOf } from '../../api/call.js'
import { api } from '../../api/client.js'
import { DefinitionForm } from '../../form/definition-form.js'
import type { FieldGroup } from '../../form/field.js'
import { Answer } from '../../ui/answer.js'
import { BodyView } from '../../ui/body-view.js'
import { Section } from '../../ui/section.js'
import { Table, type Column } from '../../ui/table.js'
import { fieldsOf, type AvroField } from './avro-fields.js'
import { SchemaVersions, useVersion } from './schema-versions.js'

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
  const versions = api.useQuery('get', '/topics/{topic}/schema/versions', { params: { path: { topic } } })
  return (
    <Section
      title="Versions"
      actions={
        <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} onClick={form.open}>
          New version
        </Button>
      }
    >
      <Answer of={versions}>
        {numbers =>
          numbers.length === 0 ? (
            <None />
          ) : (
            <SchemaVersions path={pathOf('topics', topic, 'schema', 'versions')} versions={numbers}>
              {schema => <Shown topic={topic} schema={schema} />}
            </SchemaVersions>
          )
        }
      </Answer>
      <Modal opened={isOpen} onClose={form.close} title="New version" size="xl">
        <NewVersion topic={topic} latest={versions.data?.at(-1)} onDone={form.close} />
      </Modal>
    </Section>
  )
}

interface NewVersionProps {
  readonly topic: string
  /** Where there is one: the new version begins as it. */
  readonly latest: number | undefined
  readonly onDone: () => void
}

function NewVersion({ topic, latest, onDone }: NewVersionProps): ReactNode {
  const former = useVersion(pathOf('topics', topic, 'schema', 'versions'), latest)
  const form = (first: Readonly<Record<string, unknown>>): ReactNode => (
    <DefinitionForm
      groups={fields}
      first={first}
      isNew
      callOf={draft => ({ method: 'POST', path: pathOf('topics', topic, 'schema'), body: draft['schema'] })}
      bodyAt="/schema"
      verb="Register it"
      done="Schema registered"
      onDone={onDone}
    />
  )
  return latest === undefined ? form({}) : <Answer of={former}>{schema => form({ schema })}</Answer>
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
