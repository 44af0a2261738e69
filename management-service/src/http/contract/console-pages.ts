/**
 * What the routes promise that Hermes' console asks for.
 */
import { z } from 'zod'
import { json, text, type ResourceContract, type RouteContract } from './contract.js'

const link = z.object({ url: z.string() })
const dashboard = (summary: string): RouteContract => ({
  summary,
  description: 'Where the configuration has a template for it.',
  right: 'reader',
  answers: { 200: json(link, { url: 'https://grafana.example/d/topic?var-topic=demo.orders' }) },
  errors: ['IMPLEMENTATION_ABSENT'],
})
const tracking = (summary: string): RouteContract => ({
  summary,
  description:
    'Those that the configuration names; the trace of Iris itself (`GET /topics/{topic}/messages/{messageId}/trace`) needs none.',
  right: 'reader',
  answers: { 200: json(z.array(z.object({ name: z.string(), url: z.string() })), []) },
})
const page = (summary: string): RouteContract => ({
  summary,
  right: 'anyone',
  answers: { 200: text('<!doctype html>', 'text/html') },
})

export const consoleContract: ResourceContract = {
  tag: 'Console',
  description: "What Hermes' console asks for.",
  routes: {
    'GET /console': {
      summary: "Tells the console's settings",
      right: 'anyone',
      answers: { 200: json(z.record(z.string(), z.unknown())) },
    },
    'GET /': page('Gives a page that says what this is'),
    'GET /ui': page('Gives the same page'),
    'GET /ui/*rest': page('Gives the same page, wherever a link leads'),
    'GET /dashboards/topics/:topic': dashboard('Tells where the dashboard of a topic is'),
    'GET /dashboards/topics/:topic/subscriptions/:subscription': dashboard(
      'Tells where the dashboard of a subscription is',
    ),
    'GET /tracking-urls/topics/:topic': tracking('Lists pages with the tracked messages of a topic'),
    'GET /tracking-urls/topics/:topic/subscriptions/:subscription': tracking(
      'Lists pages with the tracked messages of a subscription',
    ),
    'GET /topics/:topic/offline-clients-source': {
      summary: 'Tells where the clients are listed that read a topic offline',
      right: 'reader',
      answers: {
        200: json(z.object({ source: z.string() }), { source: 'https://offline.example/demo.orders' }),
      },
      errors: ['IMPLEMENTATION_ABSENT'],
    },
  },
}
