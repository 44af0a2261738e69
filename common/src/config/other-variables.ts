// pure
/**
 * Variables `IRIS_*` of programs of Iris that have no configuration: the command and the relay of the outbox.
 * They may stand in the shell in which a service is started, which then overlooks them.
 */

/** What the `iris` command reads. */
export const commandVariables = {
  management: 'IRIS_MANAGEMENT_URL',
  frontend: 'IRIS_FRONTEND_URL',
  key: 'IRIS_API_KEY',
  profile: 'IRIS_PROFILE',
  file: 'IRIS_CONFIG',
} as const

const names: ReadonlySet<string> = new Set(Object.values(commandVariables))

/** Whether a variable is none of a service's. */
export function isOfAnotherProgram(variable: string): boolean {
  return names.has(variable) || variable.startsWith('IRIS_OUTBOX_')
}
