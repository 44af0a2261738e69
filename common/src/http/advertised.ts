// pure
/**
 * Where others are told to reach this process.
 * Takes the address that it listens on, and the setting that may name another. Gives a host, and origins.
 */

/**
 * The host that others are told: the one of the setting, else the one listened on, unless that stands for
 * all addresses of this machine and so means another machine to everybody else.
 */
export function advertisedHost(setting: string, listening: string, machine: string): string {
  if (setting !== '') return setting
  return listening === '0.0.0.0' || listening === '::' ? machine : listening
}

/** Where requests to it go, such as `http://10.0.0.1:8080`; IPv6 in brackets. */
export function originOf(
  { host, port }: { readonly host: string; readonly port: number },
  scheme: 'http' | 'https' = 'http',
): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
