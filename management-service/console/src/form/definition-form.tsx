/**
 * The form of a definition: groups of fields, each with what management says against it, and the command.
 * Takes a table of fields, a first draft and how a draft becomes a call. Gives the call to management
 * when the person saves. Validation is management's own: each pause of typing is followed by a dry run.
 */
import { Accordion, Alert, Button, Group, SimpleGrid, Stack } from '@mantine/core'
import type { SyntheticEvent, ReactNode } from 'react'
import type { Call } from '../api/call.js'
import { problemAt, problemsBelow, type FieldProblems, type ApiProblem } from '../api/problem.js'
import { useAction } from '../api/use-action.js'
import { useRehearsal, type ProblemsIn } from '../api/use-rehearsal.js'
import { versionOf } from '../api/versions.js'
import { Curl } from '../ui/curl.js'
import type { Field, FieldGroup } from './field.js'
import { ConflictNotice, type ConflictNoticeProps, type Present } from './conflict-notice.js'
import { FieldInput } from './field-input.js'
import { memberOf, withMember, type Draft } from './pointer.js'
import { useDraft } from './use-draft.js'
import { useFirstProblem } from './use-first-problem.js'

interface DefinitionFormProps {
  readonly groups: readonly FieldGroup[]
  readonly first: Draft
  readonly isNew: boolean
  /** `start` is what the form began with, for a call that tells only what differs. */
  readonly callOf: (draft: Draft, start: Draft) => Call
  /** Where the body of the call stands in the draft, such as `/schema`; left out where it is the draft. */
  readonly bodyAt?: string
  readonly problemsIn?: ProblemsIn
  readonly verb: string
  readonly done: string
  readonly onDone: (draft: Draft) => void
}

/** The form. */
export function DefinitionForm(props: DefinitionFormProps): ReactNode {
  const { groups, first, isNew, callOf, bodyAt = '', problemsIn, verb, done, onDone } = props
  const { path } = callOf(first, first)
  const { start, draft, isTouched, change: setDraft, begin } = useDraft(first, isNew, () => versionOf(path))
  const secrets = secretsOf(groups)
  const call: Call = { ...callOf(draft, start.first), ifMatch: start.version, secrets }
  const rehearsed = useRehearsal(isTouched ? { ...call, ifMatch: null } : null, problemsIn)
  // Another version is there than the form began with.
  const isConflict = ({ code }: ApiProblem): boolean => start.version !== null && code === 'CONFLICT'
  const action = useAction({ done, onDone: () => onDone(draft), isTold: isConflict })
  const hasConflict = action.error !== null && isConflict(action.error)
  const problems = problemsBelow(bodyAt, (hasConflict ? null : action.error?.fields) ?? rehearsed)
  const form = useFirstProblem(hasConflict ? null : action.error)
  const shown = shownGroups(groups, draft)
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    action.mutate(call)
  }
  const change = (field: Field, value: unknown): void => {
    action.reset()
    setDraft(old => withMember(old, field.pointer, value))
  }
  return (
    <form ref={form} onSubmit={submit} noValidate>
      <Stack>
        <Fields
          groups={shown}
          openAtFirst={groups.filter(({ isOpen }) => isOpen).map(placeOf)}
          draft={draft}
          problems={problems}
          isNew={isNew}
          key={start.round}
          onChange={change}
        />
        <Elsewhere problems={problems} groups={shown} />
        {hasConflict && (
          <EditConflict
            path={path}
            began={start.first}
            mine={draft}
            secrets={secrets}
            onBegin={({ definition, version }) => {
              action.reset()
              begin(definition, version)
            }}
            onOverwrite={({ version }) => action.mutate({ ...call, ifMatch: version })}
          />
        )}
        <Curl call={call} />
        <Group justify="flex-end">
          <Button type="submit" loading={action.isPending} disabled={!isTouched}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

interface EditConflictProps extends Omit<ConflictNoticeProps, 'about' | 'children'> {
  readonly onBegin: (present: Present) => void
  readonly onOverwrite: (present: Present) => void
}

function EditConflict({ onBegin, onOverwrite, ...notice }: EditConflictProps): ReactNode {
  return (
    <ConflictNotice
      {...notice}
      about="What you did not change stays as it is now, also when you save yours over it."
    >
      {present => (
        <>
          <Button size="xs" variant="default" onClick={() => onBegin(present)}>
            Begin anew with what is there now
          </Button>
          <Button size="xs" color="red.9" onClick={() => onOverwrite(present)}>
            Save mine over it
          </Button>
        </>
      )}
    </ConflictNotice>
  )
}

interface FieldsProps {
  readonly groups: readonly FieldGroup[]
  /** Places of groups, of those too that are not shown yet. */
  readonly openAtFirst: readonly string[]
  readonly draft: Draft
  readonly problems: FieldProblems
  readonly isNew: boolean
  readonly onChange: (field: Field, value: unknown) => void
}

function Fields({ groups, openAtFirst, draft, problems, isNew, onChange }: FieldsProps): ReactNode {
  return (
    <Accordion multiple defaultValue={[...openAtFirst]}>
      {groups.map(group => (
        <Accordion.Item key={group.title} value={placeOf(group)}>
          <Accordion.Control>{titleOf(group, problems)}</Accordion.Control>
          <Accordion.Panel>
            <SimpleGrid cols={{ base: 1, md: Math.min(2, group.fields.length) }}>
              {group.fields.map(field => (
                <FieldInput
                  key={field.pointer}
                  field={field}
                  value={memberOf(draft, field.pointer)}
                  problem={problemAt(problems, field.pointer)}
                  isNew={isNew}
                  onChange={value => onChange(field, value)}
                />
              ))}
            </SimpleGrid>
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  )
}

/** Where the secrets of a definition stand. */
function secretsOf(groups: readonly FieldGroup[]): readonly string[] {
  const fields = groups.flatMap(group => group.fields)
  return fields.filter(({ kind }) => kind === 'secret').map(({ pointer }) => pointer)
}

/** The groups with the fields that count for the draft as it is. */
function shownGroups(groups: readonly FieldGroup[], draft: Draft): readonly FieldGroup[] {
  return groups
    .map(group => ({ ...group, fields: group.fields.filter(({ isShown }) => isShown?.(draft) ?? true) }))
    .filter(({ fields }) => fields.length > 0)
}

/** A word for its place in the document: an id has no blanks. */
function placeOf({ title }: FieldGroup): string {
  return title.replaceAll(' ', '-')
}

function titleOf({ title, fields }: FieldGroup, problems: FieldProblems): string {
  const count = fields.filter(({ pointer }) => problemAt(problems, pointer) !== undefined).length
  return count === 0 ? title : `${title} · ${count} to mend`
}

/** What belongs to no field of the form stands below it. */
function Elsewhere({
  problems,
  groups,
}: {
  readonly problems: FieldProblems
  readonly groups: readonly FieldGroup[]
}): ReactNode {
  const pointers = groups.flatMap(({ fields }) => fields.map(({ pointer }) => pointer))
  const rest = [...problems].filter(
    ([place]) => !pointers.some(each => place === each || place.startsWith(`${each}/`)),
  )
  return rest.map(([place, text]) => (
    <Alert key={place} color="red" title={text} role="alert">
      {place}
    </Alert>
  ))
}
