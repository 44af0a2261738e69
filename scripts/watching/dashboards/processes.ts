// pure
/**
 * The processes of Iris: are they there, and do they cope.
 */
import type { DashboardWish } from '../dashboard.js'
import { ask, mean, perSecond } from './words.js'

const ours = '{job=~"iris-.*"}'
const legend = '{{job}} {{instance}}'
const services = ['frontend', 'consumers', 'management'] as const

export const processes: DashboardWish = {
  uid: 'iris-processes',
  title: 'Iris: processes',
  about: 'Are they there, and do they cope: CPU, memory, event loop.',
  rows: [
    {
      title: 'There',
      panels: [
        { title: 'Answers Prometheus', questions: ask(`up${ours}`, legend) },
        {
          title: 'Ready',
          questions: services.map(service => ({
            expr: `hermes_${service}_ready`,
            legend: `${service} {{instance}}`,
          })),
        },
        { title: 'Up for', unit: 's', questions: ask(`time() - process_start_time_seconds${ours}`, legend) },
        { title: 'Open files and sockets', questions: ask(`process_open_fds${ours}`, legend) },
      ],
    },
    {
      title: 'Busy',
      panels: [
        {
          title: 'Cores used',
          about: 'A process uses one core for its work; near 1 it has no more to give.',
          questions: ask(perSecond(`process_cpu_seconds_total${ours}`, 'job, instance'), legend),
        },
        {
          title: 'Event loop: how late, mean',
          unit: 's',
          questions: services.map(service => ({
            expr: mean(`hermes_${service}_event_loop_lag_seconds`, '', 'instance'),
            legend: `${service} {{instance}}`,
          })),
        },
        {
          title: 'Event loop: how late at worst since the start',
          unit: 's',
          questions: services.map(service => ({
            expr: `hermes_${service}_event_loop_lag_seconds_max`,
            legend: `${service} {{instance}}`,
          })),
        },
        {
          title: 'Share of time in garbage collection',
          unit: 'percentunit',
          questions: ask(perSecond(`nodejs_gc_duration_seconds_sum${ours}`, 'job, instance'), legend),
        },
      ],
    },
    {
      title: 'Memory',
      panels: [
        { title: 'Resident', unit: 'bytes', questions: ask(`process_resident_memory_bytes${ours}`, legend) },
        { title: 'Heap in use', unit: 'bytes', questions: ask(`nodejs_heap_size_used_bytes${ours}`, legend) },
        {
          title: 'Outside the heap',
          about: 'Bodies, fetched chunks, buffers of sockets.',
          unit: 'bytes',
          questions: ask(`nodejs_external_memory_bytes${ours}`, legend),
        },
        { title: 'Handles', questions: ask(`nodejs_active_handles_total${ours}`, legend) },
      ],
    },
    {
      title: 'What they tell an OpenTelemetry collector',
      panels: [
        {
          title: 'Spans taken',
          unit: 'ops',
          questions: [
            {
              expr: perSecond('hermes_frontend_spans_exported_total', 'instance'),
              legend: 'frontend {{instance}}',
            },
            {
              expr: perSecond('hermes_consumers_spans_exported_total', 'instance'),
              legend: 'consumers {{instance}}',
            },
          ],
        },
        {
          title: 'Spans lost',
          unit: 'ops',
          questions: [
            {
              expr: perSecond('hermes_frontend_spans_dropped_total', 'instance, reason'),
              legend: 'frontend {{instance}} {{reason}}',
            },
            {
              expr: perSecond('hermes_consumers_spans_dropped_total', 'instance, reason'),
              legend: 'consumers {{instance}} {{reason}}',
            },
          ],
        },
      ],
    },
  ],
}
