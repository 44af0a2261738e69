/**
 * What the routes of keys that sign deliveries promise.
 */
import { newSigningKey } from '../../subscriptions/signing-keys.js'
import { json, nothing, type ResourceContract } from './contract.js'

const made = {
  key: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazRyZHIgYmFzZTY=',
  keys: ['whsec_******9af4d2c1', 'whsec_******03b7e5aa'],
}

export const signingKeyContract: ResourceContract = {
  tag: 'Signing keys',
  description: 'Keys with which deliveries are signed, as Standard Webhooks has it. An addition of Iris.',
  routes: {
    'POST /topics/:topic/subscriptions/:subscription/signing-keys': {
      summary: 'Makes a key that signs beside those before it',
      description: 'At most three keys sign; the oldest goes. The key is shown in this answer only.',
      right: 'owner',
      answers: { 201: json(newSigningKey, made) },
      errors: ['CONFLICT'],
    },
    'DELETE /topics/:topic/subscriptions/:subscription/signing-keys/:mask': {
      summary: 'Takes a key away; the last one ends the signatures',
      right: 'owner',
      answers: { 200: nothing },
      errors: ['CONFLICT'],
    },
  },
}
