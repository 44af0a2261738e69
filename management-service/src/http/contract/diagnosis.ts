/**
 * What the routes of a diagnosis promise.
 */
import { diagnosisShape } from '../../diagnosis/diagnose.js'
import { subscriptionHealth } from '../../diagnosis/health.js'
import { json, text, type ResourceContract } from './contract.js'

const finding = {
  cause: 'ENDPOINT_SLOW',
  severity: 'warning',
  text: 'All 2 places in flight are taken and a request takes 310 ms on average.',
  figures: { inflight: 2, inflightMax: 2, meanMs: 310 },
  next: 'A faster endpoint, or a larger subscriptionPolicy.inflightSize, lets more through.',
}
const diagnosis = {
  subscription: 'demo.orders$billing',
  state: 'ACTIVE',
  summary: finding.text,
  lag: 37,
  findings: [finding],
  lastMinute: {
    attempts: 388,
    failures: [{ cause: 'timeout', count: 3, detail: 'Total timeout 1000 ms elapsed', agoMs: 4_200 }],
  },
}

export const diagnosisContract: ResourceContract = {
  tag: 'Diagnosis',
  description: 'Why a subscription is slow, and what happens next.',
  routes: {
    'GET /topics/:topic/subscriptions/:subscription/why': {
      summary: 'Says what holds a subscription back',
      description: 'Answers within two seconds; who is silent is a finding too. An addition of Iris.',
      right: 'reader',
      // Findings name keys that are parked, and quote what endpoints answered.
      shows: 'contents',
      answers: {
        200: {
          content: {
            ...json(diagnosisShape, diagnosis).content,
            ...text('demo.orders$billing: ACTIVE, 37 messages waiting\n').content,
          },
        },
      },
      errors: ['OVERLOADED', 'OTHER 406'],
    },
    'GET /topics/:topic/subscriptions/:subscription/health': {
      summary: "Tells Hermes' health of a subscription",
      right: 'reader',
      answers: { 200: json(subscriptionHealth, { status: 'HEALTHY', problems: [] }) },
      errors: ['OVERLOADED'],
    },
  },
}
