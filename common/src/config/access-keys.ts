/**
 * Configuration keys of who may do what, as every service that judges credentials knows them.
 * Gives declared keys. Promises: the same key means the same in every service. Hermes has nothing of this: it
 * takes a security provider as a plug-in.
 */
import { parseGrant } from '../access/principal.js'
import { choice, flag, key, list, ms, text } from './declare.js'
import { listenerSslKeys } from './ssl-keys.js'

const signatures = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]
const algorithmList = list(signatures.length).refine(
  all => all.length > 0 && all.every(each => signatures.includes(each)),
  `some of ${signatures.join(', ')}`,
)
const url = text().refine(
  each => each === '' || (URL.canParse(each) && /^https?:/.test(each)),
  'an http or https URL, or nothing',
)
const grantsMax = 1_000

/** Grants written `who=role:group`; the name may hold `=` itself. */
export const grantList = list(grantsMax).refine(
  all => all.every(each => splitGrant(each) !== null),
  'grants are written who=role:group, with a role of owner, publisher, reader, or who=admin',
)

/** Both halves of a configured grant; null where it is none. */
export function splitGrant(
  written: string,
): { who: string; grant: NonNullable<ReturnType<typeof parseGrant>> } | null {
  const equals = written.lastIndexOf('=')
  const grant = equals < 1 ? null : parseGrant(written.slice(equals + 1).trim())
  return grant === null ? null : { who: written.slice(0, equals).trim(), grant }
}

/** API keys and tokens. */
export const accessKeys = {
  areApiKeysTaken: key(
    'auth.apiKeys.enabled',
    flag(),
    true,
    'Whether API keys are taken where credentials are asked for',
  ),
  tokenIssuer: key(
    'auth.jwt.issuer',
    text(),
    '',
    'Issuer (`iss`) of the tokens (JWT) that are taken; empty: no tokens are',
  ),
  tokenAudience: key(
    'auth.jwt.audience',
    list(20),
    [],
    'Audiences (`aud`) of tokens that are taken, one of which a token must name; needed with an issuer',
  ),
  tokenKeysUrl: key(
    'auth.jwt.jwksUrl',
    url,
    '',
    "Where the issuer's public keys are (JWKS); empty: its `/.well-known/openid-configuration` tells it",
  ),
  tokenAlgorithms: key(
    'auth.jwt.algorithms',
    algorithmList,
    ['RS256', 'PS256', 'ES256', 'EdDSA'],
    'Signatures that are taken',
  ),
  tokenSkewMs: key(
    'auth.jwt.clockSkew',
    ms(0, 300_000),
    30_000,
    "How far the issuer's clock may be from ours",
  ),
  tokenNameClaim: key(
    'auth.jwt.nameClaim',
    text(200),
    'sub',
    'The claim that names who the token stands for',
  ),
  tokenGroupsClaim: key(
    'auth.jwt.groupsClaim',
    text(200),
    'groups',
    'The claim that lists groups or roles, such as `realm_access.roles`: the teams of who the token stands for',
  ),
  tokenGrants: key(
    'auth.jwt.grants',
    grantList,
    [],
    'Roles of tokens by what that claim lists, `claimed=role:group` each, such as `shop-devs=owner:shop`, ' +
      '`platform=admin`; `*=reader:*` is for every token',
  ),
  tokenKeysKeptMs: key(
    'auth.jwt.jwksKept',
    ms(1_000, 86_400_000),
    600_000,
    "How long the issuer's keys are used before they are asked for again; a day while it does not answer",
  ),
  tokenKeysRetryMs: key(
    'auth.jwt.jwksInterval',
    ms(100, 3_600_000),
    30_000,
    'The issuer is asked at most once in this time, however many tokens name an unknown key',
  ),
  tokenKeysLimitMs: key('auth.jwt.timeout', ms(50, 60_000), 2_000, 'How long a call to the issuer may take'),
} as const

const certificateGrants = grantList.refine(
  all => all.every(each => /^(CN|DNS|URI|email):./.test(each)),
  'names of certificates are written with their kind: CN:, DNS:, URI: or email:',
)

/** Management over TLS. */
export const sslKeys = {
  ...listenerSslKeys('management.ssl', 'management: with it, the port speaks TLS only'),
  certificateGrants: key(
    'management.ssl.grants',
    certificateGrants,
    [],
    'Roles of clients by a name in their certificate, `CN:name=role:group` each, or with `DNS:`, `URI:` or `email:`',
  ),
} as const

/** Who management lets in. */
export const guardKeys = {
  isNonAdminCreationAllowed: key(
    'management.group.nonAdminCreationEnabled',
    flag(),
    false,
    'Whether owners who are no admins may create the groups that they own; matters where `management.auth.mode` is `guarded`',
  ),
  accessMode: key(
    'management.auth.mode',
    choice(['open', 'guarded']),
    'open',
    '`open`: whoever reaches the port is admin, as in Hermes. `guarded`: callers say who they are, and may ' +
      'what their roles allow',
  ),
  adminKeyHash: key(
    'management.auth.adminKeyHash',
    text(64).refine(each => each === '' || /^[0-9a-f]{64}$/.test(each), 'a SHA-256 in 64 hex digits'),
    '',
    'SHA-256 of a first API key that is admin, so that a guarded installation can be begun',
  ),
  adminKeyFile: key(
    'management.auth.adminKeyFile',
    text(),
    '',
    'A file with such a key itself, in place of its hash',
  ),
} as const
