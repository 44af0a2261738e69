/**
 * The JSON Schemas of a topic: what becomes of messages that do not fit, its versions, a new one, and a
 * message held against the latest.
 */
import { Button, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { pathOf } from '../../api/call.js'
import { api, type ReadOf } from '../../api/client.js'
import { DefinitionForm } from '../../form/definition-form.js'
import type { FieldGroup } from '../../form/field.js'
import { Answer } from '../../ui/answer.js'
import { BodyView } from '../../ui/body-view.js'
import { Section } from '../../ui/section.js'
import { breaksIn } from './breaks-in.js'
import { CheckMessage } from './check-message.js'
import { SchemaVersions, useVersion } from './schema-versions.js'

type Schemas = ReadOf<'/topics/{topic}/json-schema'>

const settings: readonly FieldGroup[] = [
  {
    title: 'What the schema does',
    isOpen: true,
    fields: [
      {
        pointer: '/mode',
        label: 'A message that does not fit',
        kind: 'choice',
        choices: [
          { value: 'off', label: 'is taken' },
          { value: 'warn', label: 'is taken, counted and logged' },
          { value: 'enforce', label: 'is refused' },
        ],
        fallback: 'off',
      },
      {
        pointer: '/compatibility',
        label: 'A new version',
        kind: 'choice',
        choices: [
          { value: 'BACKWARD', label: 'takes all that was valid (BACKWARD)' },
          { value: 'FORWARD', label: 'takes nothing that was not valid (FORWARD)' },
          { value: 'FULL', label: 'takes exactly the same (FULL)' },
          { value: 'NONE', label: 'may be any (NONE)' },
        ],
        fallback: 'BACKWARD',
      },
    ],
  },
]

const written: readonly FieldGroup[] = [
  {
    title: 'Schema',
    isOpen: true,
    fields: [
      {
        pointer: '/schema',
        label: 'JSON Schema',
        kind: 'json',
        help: 'Of 2020-12, or of draft-07 by $schema. A version never changes.',
      },
    ],
  },
]

/** The schemas. */
export function JsonSchema({ topic }: { readonly topic: string }): ReactNode {
  const schemas = api.useQuery('get', '/topics/{topic}/json-schema', { params: { path: { topic } } })
  return <Answer of={schemas}>{data => <Parts topic={topic} schemas={data} />}</Answer>
}

interface PartsProps {
  readonly topic: string
  readonly schemas: Schemas
}

function Parts({ topic, schemas }: PartsProps): ReactNode {
  const { mode, compatibility, latest } = schemas
  return (
    <Stack gap="lg">
      <DefinitionForm
        key={`${mode} ${compatibility}`}
        groups={settings}
        first={{ mode, compatibility }}
        isNew={false}
        callOf={draft => ({ method: 'PUT', path: pathOf('topics', topic, 'json-schema'), body: draft })}
        verb="Change it"
        done="Schema settings changed"
        onDone={() => undefined}
      />
      <Versions topic={topic} schemas={schemas} />
      {latest !== null && <CheckMessage topic={topic} version={latest} />}
    </Stack>
  )
}

function Versions({ topic, schemas }: PartsProps): ReactNode {
  return (
    <Section title="Versions" actions={<NewVersion topic={topic} schemas={schemas} />}>
      {schemas.versions.length === 0 ? (
        <Text c="dimmed">
          There is none yet: each JSON message is taken. Add one to say what a message is.
        </Text>
      ) : (
        <SchemaVersions
          path={pathOf('topics', topic, 'json-schema', 'versions')}
          versions={schemas.versions.map(({ version }) => version)}
        >
          {schema => <BodyView body={schema} />}
        </SchemaVersions>
      )}
    </Section>
  )
}

function NewVersion({ topic, schemas }: PartsProps): ReactNode {
  const [isOpen, form] = useDisclosure(false)
  const next = Math.max(0, ...schemas.versions.map(({ version }) => version)) + 1
  const { latest, compatibility } = schemas
  const shared = { topic, next, compatibility, onDone: form.close }
  return (
    <>
      <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} onClick={form.open}>
        New version
      </Button>
      <Modal opened={isOpen} onClose={form.close} title={`Version ${next}`} size="xl">
        {latest === null ? (
          <VersionForm {...shared} first={{ type: 'object' }} />
        ) : (
          <NextVersion {...shared} latest={latest} />
        )}
      </Modal>
    </>
  )
}

interface FormProps {
  readonly topic: string
  readonly next: number
  readonly compatibility: Schemas['compatibility']
  readonly onDone: () => void
}

/** A version that begins as the latest. */
function NextVersion({ latest, ...form }: FormProps & { readonly latest: number }): ReactNode {
  const schema = useVersion(pathOf('topics', form.topic, 'json-schema', 'versions'), latest)
  return <Answer of={schema}>{data => <VersionForm {...form} first={data} />}</Answer>
}

interface VersionFormProps extends FormProps {
  readonly first: unknown
}

function VersionForm({ topic, next, compatibility, first, onDone }: VersionFormProps): ReactNode {
  const path = pathOf('topics', topic, 'json-schema', 'versions', String(next))
  return (
    <DefinitionForm
      groups={written}
      first={{ schema: first }}
      isNew
      callOf={draft => ({ method: 'PUT', path, body: draft['schema'] })}
      bodyAt="/schema"
      problemsIn={answer => breaksIn(answer, compatibility)}
      verb="Add the version"
      done={`Version ${next} added`}
      onDone={onDone}
    />
  )
}
