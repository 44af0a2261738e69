/**
 * Configuration keys of what management shows of messages.
 */
import { count, flag, key, list } from '@iris/common/config/declare'

const namesMax = 200

export const messageKeys = {
  maskedMembers: key(
    'management.messages.maskedMembers',
    list(namesMax),
    [
      ...['password', 'passwd', 'pwd', 'passphrase', 'secret', 'clientSecret', 'token', 'accessToken'],
      ...['refreshToken', 'idToken', 'authorization', 'apiKey', 'privateKey', 'creditCard', 'cardNumber'],
      ...['cvv', 'cvc', 'iban', 'ssn'],
    ],
    'Members of messages, at any depth, whose values management never shows; case, hyphens and underscores do not ' +
      'matter; empty for none',
  ),
  maskedHeaders: key(
    'management.messages.maskedHeaders',
    list(namesMax),
    ['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'x-auth-token'],
    'Headers of messages whose values management never shows; empty for none',
  ),
  arePreviewsMasked: key(
    'management.messages.maskPreviews',
    flag(),
    false,
    "Whether the same members are hidden in Hermes' previews of messages, which Hermes shows as they are stored",
  ),
  tailsMax: key(
    'management.messages.tailsMax',
    count(1, 10_000),
    50,
    'Live tails open at a time in this process; further ones are 503 STREAMS_FULL',
  ),
  tailsPerCallerMax: key(
    'management.messages.tailsPerCallerMax',
    count(1, 10_000),
    20,
    'The same for one caller, who is known by key or token, else by address; further ones are 429 TOO_MANY_STREAMS. ' +
      'All behind one proxy have one address',
  ),
} as const
