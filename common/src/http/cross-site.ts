// pure
/**
 * Requests that a page of another origin makes a browser send, with whatever lets that browser in.
 * Takes method, headers, and who is trusted. Refuses what changes something or shows contents, where a
 * browser says that it comes from elsewhere (Fetch Metadata, `Origin` of RFC 6454). Promises: lets pass who
 * says neither, as no browser does, and who sends a `Bearer` token where somebody judges it: browsers add
 * passwords by themselves and tokens never, but where nobody is asked any word would do for one.
 */
import { refusal } from '../errors/hermes-error.js'

/** As Node gives them, of which these are looked at. */
export interface SiteHeaders {
  readonly host?: string | undefined
  readonly origin?: string | undefined
  readonly authorization?: string | undefined
  readonly 'sec-fetch-site'?: string | string[] | undefined
  readonly 'sec-fetch-mode'?: string | string[] | undefined
  readonly 'sec-fetch-dest'?: string | string[] | undefined
}

/** What of a request decides, as `Vary` has it. */
export const decisiveHeaders = 'Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest'

/** What is asked for. */
export interface SiteRequest {
  readonly method: string
  /** Whether its answer is for pages of the same origin only, although it changes nothing. */
  readonly showsContents: boolean
}

/** Whose pages may do what ours may. */
export interface SiteTrust {
  /** `Access-Control-Allow-Origin`; `*` names nobody who may change something or see contents. */
  readonly allowedOrigin: string
  /** Whether the token of a caller is judged before anything is done for it. */
  readonly isAsking: boolean
}

/** Refuses it with `CROSS_SITE_REQUEST`. */
export function refuseCrossSite(request: SiteRequest, headers: SiteHeaders, trust: SiteTrust): void {
  const { method, showsContents } = request
  const onlyReads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
  if (onlyReads && (!showsContents || opensPage(headers))) return
  if (trust.isAsking && isToken(headers.authorization)) return
  if (!comesFromElsewhere(headers)) return
  const { origin = 'another site' } = headers
  const what = onlyReads ? 'see no messages, keys or people' : 'change nothing'
  if (origin !== trust.allowedOrigin) throw refusal('CROSS_SITE_REQUEST', { origin, what })
}

/** Whether somebody follows a link: the answer stands in a window, whose insides no other page sees. */
function opensPage(headers: SiteHeaders): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
}

function isToken(authorization: string | undefined): boolean {
  return authorization !== undefined && /^bearer /i.test(authorization)
}

function comesFromElsewhere({ origin, host, ...headers }: SiteHeaders): boolean {
  const site = headers['sec-fetch-site']
  // `none`: somebody typed it. Only secure pages and those of this machine tell; else the origin does.
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`
}
