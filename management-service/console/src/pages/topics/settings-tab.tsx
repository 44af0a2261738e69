/**
 * The settings of a topic, to be changed: only what the person changed is sent.
 */
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { pathOf } from '../../api/call.js'
import { changesBetween } from '../../form/changes.js'
import { DefinitionForm } from '../../form/definition-form.js'
import { topicFields } from './topic-fields.js'
import type { Topic } from './topic-words.js'

/** The tab. */
export function SettingsTab({ topic }: { readonly topic: Topic }): ReactNode {
  const [, go] = useLocation()
  const path = pathOf('topics', topic.name ?? '')
  return (
    <DefinitionForm
      groups={topicFields}
      first={topic}
      isNew={false}
      callOf={(draft, start) => ({ method: 'PUT', path, body: changesBetween(start, draft) })}
      verb="Change the topic"
      done="Topic changed"
      onDone={() => go(path)}
    />
  )
}
