// pure
/**
 * The settings that the local stack gives each service beside addresses and ports.
 * Each service gets only keys that it declares: an unknown one stops it.
 */
import type { ServiceName } from './service.js'

/** Loopback endpoints are what a newcomer has; everywhere else they are refused. */
const allowedNetworks = '127.0.0.0/8,::1/128'

/** Trace headers travel from publisher to subscriber: those of Hermes and those of W3C. */
const traceHeaders = [
  'trace-id',
  'span-id',
  'parent-span-id',
  'trace-sampled',
  'trace-reported',
  'traceparent',
  'tracestate',
].join(',')

/** By full key, as text. */
export const stackSettings: Readonly<Record<ServiceName, Readonly<Record<string, string>>>> = {
  'frontend-service': {
    'frontend.http.headers.propagationEnabled': 'true',
    'frontend.http.headers.allowedSet': traceHeaders,
  },
  'management-service': {
    // One broker on one machine: Hermes' default of 10 only makes each topic slower to create.
    'management.topic.partitions': '3',
    'management.topic.allowRemoval': 'true',
    'delivery.allowedNetworks': allowedNetworks,
  },
  'consumers-service': { 'delivery.allowedNetworks': allowedNetworks },
}
