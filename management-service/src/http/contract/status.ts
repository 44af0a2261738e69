/**
 * What the status pages promise.
 */
import { z } from 'zod'
import { selfShape } from '@iris/common/lifecycle/self-page'
import { json, text, type AnswerContract, type ResourceContract } from './contract.js'

const healthType = 'application/vnd.spring-boot.actuator.v3+json'
const health = (status: string): AnswerContract => ({
  content: { [healthType]: { schema: z.object({ status: z.string() }), example: { status } } },
})

export const statusContract: ResourceContract = {
  tag: 'Status',
  description: 'What this process says of itself to load balancers and operators.',
  routes: {
    'GET /status/health': {
      summary: 'Tells whether the process serves',
      right: 'anyone',
      answers: { 200: health('UP'), 503: health('OUT_OF_SERVICE') },
    },
    'GET /status/ping': {
      summary: 'Tells whether the process serves, in a word',
      right: 'anyone',
      answers: { 200: text('UP'), 503: text('SHUTDOWN') },
    },
    'GET /status/ready': {
      summary: 'Tells whether ZooKeeper is connected as well',
      right: 'anyone',
      answers: { 200: text('READY'), 503: text('NOT_READY') },
    },
    'GET /status/self': {
      summary: 'Tells version, clock, and digests of the settings that all processes have in common',
      right: 'anyone',
      answers: { 200: json(selfShape) },
    },
    'GET /status/prometheus': {
      summary: 'Gives the metrics',
      right: 'anyone',
      answers: { 200: text('# HELP …', 'text/plain; version=0.0.4; charset=utf-8') },
    },
  },
}
