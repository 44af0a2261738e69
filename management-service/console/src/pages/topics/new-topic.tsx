/**
 * The page where a topic is made: of a group (`?group=`), or like another one (`?from=`).
 */
import type { ReactNode } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { pathOf } from '../../api/call.js'
import { api } from '../../api/client.js'
import { DefinitionForm } from '../../form/definition-form.js'
import type { Draft } from '../../form/pointer.js'
import { Answer } from '../../ui/answer.js'
import { Page as Frame } from '../../ui/page.js'
import { copyOf, newTopic } from './draft-of.js'
import { topicFields } from './topic-fields.js'

const above = [{ label: 'Topics', address: '/topics' }]

/** The page. */
export function Page(): ReactNode {
  const [params] = useSearchParams()
  const from = params.get('from')
  return (
    <Frame title={from === null ? 'New topic' : `New topic like ${from}`} above={above}>
      {from === null ? <Form first={newTopic(params.get('group') ?? '')} /> : <Copy from={from} />}
    </Frame>
  )
}

function Copy({ from }: { readonly from: string }): ReactNode {
  const topic = api.useQuery('get', '/topics/{topic}', { params: { path: { topic: from } } })
  return <Answer of={topic}>{data => <Form first={copyOf(data)} />}</Answer>
}

function Form({ first }: { readonly first: Draft }): ReactNode {
  const [, go] = useLocation()
  return (
    <DefinitionForm
      groups={topicFields}
      first={first}
      isNew
      callOf={draft => ({ method: 'POST', path: '/topics', body: draft })}
      verb="Make the topic"
      done="Topic made"
      onDone={draft => go(pathOf('topics', String(draft['name'])))}
    />
  )
}
