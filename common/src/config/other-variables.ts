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

/** It names a file of settings, and a service without the settings that somebody meant would be open. */
const meantForService = commandVariables.file
const names: ReadonlySet<string> = new Set(
  Object.values(commandVariables).filter(name => name !== meantForService),
)

/** Whether a variable is none of a service's, and surely not meant to be one. */
export function isOfAnotherProgram(variable: string): boolean {
  return names.has(variable) || variable.startsWith('IRIS_OUTBOX_')
}

/** What to do instead, of a variable of another program that somebody may have meant for a service. */
export function insteadOf(variable: string): string | null {
  return variable === meantForService ? 'is of the iris command; a service takes --config FILE' : null
}
