/**
 * What the routes of OAuth providers promise.
 */
import { z } from 'zod'
import { oAuthMask, oAuthProviderShape } from '@iris/common/domain/oauth-provider'
import { definition, json, nothing, secretsProblem, versioned, type ResourceContract } from './contract.js'

const members = [
  'name',
  'tokenEndpoint',
  'clientId',
  'clientSecret',
  'tokenRequestInitialDelay',
  'tokenRequestMaxDelay',
]
const required = [...members, 'requestTimeout']
const form = oAuthProviderShape.meta({ id: 'OAuthProvider' })
const answer = z
  .object({ ...oAuthProviderShape.shape, secretsProblem })
  .meta({ required: [...required, 'socketTimeout'] })

const example = {
  name: 'corporate',
  tokenEndpoint: 'https://login.example/token',
  clientId: 'iris',
  clientSecret: 'the secret itself',
  tokenRequestInitialDelay: 1_000,
  tokenRequestMaxDelay: 30_000,
  requestTimeout: 1_000,
  socketTimeout: 0,
}

export const oAuthProviderContract: ResourceContract = {
  tag: 'OAuth providers',
  description: 'Where deliveries get their tokens from.',
  routes: {
    'GET /oauth/providers': {
      summary: 'Lists the names of providers',
      right: 'reader',
      isForEachCaller: true,
      answers: { 200: json(z.array(z.string()), ['corporate']) },
    },
    'POST /oauth/providers': {
      summary: 'Creates a provider',
      right: 'admin',
      body: { schema: form, example, required },
      answers: { 201: nothing },
      errors: ['OAUTH_PROVIDER_ALREADY_EXISTS'],
    },
    'GET /oauth/providers/:provider': {
      summary: 'Shows a provider, its secret masked',
      right: 'reader',
      isForEachCaller: true,
      answers: { 200: definition(answer, { ...example, clientSecret: oAuthMask }) },
    },
    'PUT /oauth/providers/:provider': {
      summary: 'Changes a provider',
      description: 'A merge patch. A masked secret that is sent back stays as it was.',
      right: 'admin',
      headers: versioned,
      body: { schema: form, example: { requestTimeout: 2_000 } },
      answers: { 200: nothing },
      errors: ['CONFLICT'],
    },
    'DELETE /oauth/providers/:provider': {
      summary: 'Removes a provider',
      description: 'Subscriptions that name it get no new tokens.',
      right: 'admin',
      headers: versioned,
      answers: { 200: nothing },
      errors: ['OAUTH_PROVIDER_IN_USE', 'CONFLICT'],
    },
  },
}
