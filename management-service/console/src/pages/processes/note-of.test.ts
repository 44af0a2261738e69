import { expect, it } from 'vitest'
import { noteOf, type Process } from './note-of.js'

const process = (kind: Process['kind'], more: Partial<Process> = {}): Process => ({
  ...{ id: kind, kind, host: 'a', port: 1, pid: 1, version: '1.0', startedAt: '2026-01-01T00:00:00Z' },
  ...{ answering: true, ...more },
})
const all = [process('frontend'), process('consumers'), process('management', { answering: null })]

it.each<[string, readonly Process[], string | null]>([
  ['a whole installation', all, null],
  ['none that publishes', all.slice(1), 'No frontend lives: nobody can publish'],
  ['none that delivers', [process('frontend')], 'No consumers process lives: nothing is delivered'],
  ['one that is silent', [...all, process('consumers', { answering: false })], 'a:1 live and do not answer'],
  ['two versions', [...all, process('frontend', { version: '1.1' })], 'Several versions run: 1.0, 1.1'],
  ['one that tells no version', [...all, process('frontend', { version: null })], null],
])('%s', (_, processes, note) => {
  expect(noteOf(processes)).toBe(note)
})
