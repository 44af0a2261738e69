/**
 * The settings of a subscription: a form whose saving sends only what was changed.
 */
import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { changesBetween } from '../../form/changes.js'
import { DefinitionForm } from '../../form/definition-form.js'
import { fieldsOf } from './fields.js'
import { pathTo, type Names } from './names.js'
import type { Subscription } from './subscription-shape.js'
import { withoutIdleToken } from './token.js'

interface SettingsProps {
  readonly names: Names
  readonly subscription: Subscription
}

/** The form. It keeps to the definition that it was opened with, whatever is polled meanwhile. */
export function Settings({ names, subscription }: SettingsProps): ReactNode {
  const [first] = useState(subscription)
  const [, go] = useLocation()
  return (
    <DefinitionForm
      groups={fieldsOf(names)}
      first={first}
      isNew={false}
      callOf={draft => ({
        method: 'PUT',
        path: pathTo(names),
        body: changesBetween(withoutIdleToken(first), withoutIdleToken(draft)),
      })}
      verb="Save"
      done="Saved: it counts from the next message on"
      onDone={() => go(pathTo(names))}
    />
  )
}
