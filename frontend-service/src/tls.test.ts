import { describe, expect, it } from 'vitest'
import { loadConfig } from '@iris/common/config/load'
import { frontendTls, sslKeys } from './tls.js'

const tlsWith = (environment: Readonly<Record<string, string>>): ReturnType<typeof frontendTls> =>
  frontendTls(loadConfig(sslKeys, { argv: [], environment }))

describe('the port for TLS', () => {
  it('is off unless it is switched on, whatever else is set', () => {
    expect(tlsWith({})).toBeNull()
    expect(tlsWith({ IRIS_FRONTEND_SSL_CERT_FILE: '/none', IRIS_FRONTEND_SSL_KEY_FILE: '/none' })).toBeNull()
  })

  it.each([
    [{}, /frontend\.ssl\.enabled needs frontend\.ssl\.certFile and frontend\.ssl\.keyFile/],
    [{ IRIS_FRONTEND_SSL_CERT_FILE: '/none' }, /certFile and frontend\.ssl\.keyFile belong together/],
    [
      { IRIS_FRONTEND_SSL_CERT_FILE: '/none', IRIS_FRONTEND_SSL_KEY_FILE: '/none' },
      /frontend\.ssl\.certFile: .*ENOENT/,
    ],
    [{ IRIS_FRONTEND_SSL_CLIENT_AUTH_MODE: 'required' }, /clientAuthMode and frontend\.ssl\.clientCaFile/],
  ])('is refused before the start with %j, by the names of the keys', (environment, problem) => {
    expect(() => tlsWith({ IRIS_FRONTEND_SSL_ENABLED: 'true', ...environment })).toThrow(problem)
  })
})
