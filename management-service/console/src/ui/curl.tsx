/**
 * A call of management as a command that can be copied.
 */
import type { ReactNode } from 'react'
import { curlOf, type Call } from '../api/call.js'
import { session } from '../api/session.js'
import { Command } from './command.js'

/** The command. */
export function Curl({ call }: { readonly call: Call }): ReactNode {
  const { key } = session.use()
  return <Command command={curlOf(call, location.origin, key !== null)} />
}
