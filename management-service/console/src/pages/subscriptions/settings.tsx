/**
 * The settings of a subscription: a form whose saving sends only what was changed.
 */
import type { ReactNode } from 'react'
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

/** The form. */
export function Settings({ names, subscription }: SettingsProps): ReactNode {
  const [, go] = useLocation()
  return (
    <DefinitionForm
      groups={fieldsOf(names)}
      first={subscription}
      isNew={false}
      callOf={(draft, start) => ({
        method: 'PUT',
        path: pathTo(names),
        body: changesBetween(withoutIdleToken(start), withoutIdleToken(draft)),
      })}
      verb="Save"
      done="Saved: it counts from the next message on"
      onDone={() => go(pathTo(names))}
    />
  )
}
