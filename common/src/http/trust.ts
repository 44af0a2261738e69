/**
 * Whose certificates are believed, and the one that we show ourselves.
 * Takes PEM files. Gives the context of each new TLS connection; Node's own roots where no file is named.
 * Promises: the operator's authorities count beside the public ones; a file that changes is read again within
 * `lookMs`, and who listens learns of it; one that cannot be read then leaves things as they are, and is
 * logged. Refuses to start with a sentence that names the file.
 */
import { readFileSync } from 'node:fs'
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'
import type { Log } from '../lifecycle/log.js'
import type { Cancel, Scheduler } from '../time/scheduler.js'

export interface TrustFiles {
  /** More authorities, PEM; empty for none. */
  readonly caFile: string
  /** What we show to an endpoint that asks who we are, PEM; both or none. */
  readonly certFile: string
  readonly keyFile: string
}

export interface Trust {
  /** For a new connection; undefined means Node's default. */
  context(): SecureContext | undefined
  /** Called after a change: what was agreed before may not hold any more. */
  onChange(listener: () => void): Cancel
  stop(): void
}

/** How often the files are looked at. */
const lookMs = 2_000
const certificatePattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Reads the files and keeps an eye on them. */
export function createTrust(
  deps: { readonly scheduler: Scheduler; readonly log: Log },
  files: TrustFiles,
): Trust {
  const listeners = new Set<() => void>()
  const names = [files.caFile, files.certFile, files.keyFile]
  if (names.every(name => name === '')) {
    return { context: () => undefined, onChange: () => () => undefined, stop: () => undefined }
  }
  if ((files.certFile === '') !== (files.keyFile === '')) {
    throw new Error('consumer.ssl.certFile and consumer.ssl.keyFile belong together: set both or none')
  }
  let texts = names.map(read)
  let context = contextOf(texts, files)
  const look = (): void => {
    try {
      const now = names.map(read)
      if (now.every((text, index) => text === texts[index])) return
      context = contextOf(now, files)
      texts = now
      deps.log.info('trust.changed', { files: names.filter(name => name !== '') })
    } catch (error) {
      return deps.log.warn('trust.unreadable', { error })
    }
    for (const listener of [...listeners]) listener()
  }
  const cancel = deps.scheduler.every(lookMs, look)
  return {
    context: () => context,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    stop: cancel,
  }
}

/** Small files, every two seconds: reading them costs less than telling whether they changed. */
function read(name: string): string {
  if (name === '') return ''
  try {
    return readFileSync(name, 'utf8')
  } catch (error) {
    throw new Error(`${name} cannot be read`, { cause: error })
  }
}

function contextOf([ca = '', cert = '', key = '']: readonly string[], files: TrustFiles): SecureContext {
  const authorities = ca.match(certificatePattern) ?? []
  if (files.caFile !== '' && authorities.length === 0)
    throw new Error(`${files.caFile} holds no PEM certificate`)
  try {
    return createSecureContext({
      ca: [...rootCertificates, ...authorities],
      ...(cert === '' ? {} : { cert, key }),
    })
  } catch (error) {
    const names = Object.values(files).filter(name => name !== '')
    throw new Error(`${names.join(', ')}: not usable for TLS: ${(error as Error).message}`, { cause: error })
  }
}
