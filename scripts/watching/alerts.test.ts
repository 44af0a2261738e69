import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { skippedFor } from '../../tests/support/needed.js'
import { declaredSeries, nameProblems } from './declared.js'
import { wantedBy } from './promql.js'
import { promtool, whyNoPromtool } from './promtool.js'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = 'docs/operating/runbooks'
const filesIn = (folder: string): string[] => readdirSync(root + folder).map(name => `${folder}/${name}`)
const textOf = (path: string): string => readFileSync(root + path, 'utf8')
const ruleFiles = filesIn('docker/prometheus/rules')
const rules = ruleFiles.flatMap(path => {
  const { groups } = parse(textOf(path)) as { groups: readonly { rules: readonly Rule[] }[] }
  return groups.flatMap(group => group.rules)
})
const tested = filesIn('docker/prometheus/tests').flatMap(path => {
  const { tests } = parse(textOf(path)) as {
    tests: readonly { alert_rule_test: readonly { alertname: string; exp_alerts: readonly unknown[] }[] }[]
  }
  return tests.flatMap(each => each.alert_rule_test)
})
const noPromtool = skippedFor(whyNoPromtool())

describe('what a PromQL expression asks for', () => {
  it('is its metrics, the labels they are selected by and those of its groups', () => {
    const text =
      'sum by (a, b) (rate(x_total{c="d(e",f=~"g"}[5m] offset 1h)) / on (a) group_left () y > bool 1.5e9'

    expect(wantedBy(text)).toEqual({
      metrics: [
        { name: 'x_total', labels: ['c', 'f'] },
        { name: 'y', labels: [] },
      ],
      groupedBy: ['a', 'b', 'a'],
    })
  })

  it('is refused where a name or a label is not declared', async () => {
    const declared = await declaredSeries()

    expect(nameProblems('up{jobb="x"} and hermes_frontend_redy', declared)).toEqual([
      'up has no label jobb',
      'hermes_frontend_redy is not declared',
    ])
    expect(nameProblems('sum by (topic) (up)', declared)).toEqual(['nothing in it has a label topic'])
  })
})

describe.each(rules.map(rule => [rule.alert, rule] as const))('the alert %s', (name, rule) => {
  it('asks for metrics and labels that exist', async () => {
    expect(nameProblems(rule.expr, await declaredSeries())).toEqual([])
  })

  it('says how grave it is and what is wrong, and names its page', () => {
    expect(['critical', 'warning']).toContain(rule.labels['severity'])
    expect(rule.annotations['summary']).toMatch(/\w{3}/)
    expect(rule.annotations['runbook_url']).toMatch(new RegExp(`${pages}/${name}\\.md$`))
  })

  it('has a page that tells what it means, how to see it, what to do and when it is over', () => {
    const text = textOf(`${pages}/${name}.md`)

    expect(text).toMatch(new RegExp(`^# ${name}\n`))
    for (const part of ['What it means', 'How to see it', 'What to do', 'When it is over'])
      expect(text).toContain(`\n## ${part}\n`)
  })

  it('has a test in which it stays quiet and one in which it fires', () => {
    const own = tested.filter(each => each.alertname === name)

    expect(own.some(each => each.exp_alerts.length === 0)).toBe(true)
    expect(own.some(each => each.exp_alerts.length > 0)).toBe(true)
  })
})

describe('the alerts', () => {
  it('have one page each, and every page an alert', () => {
    const names = rules.map(rule => rule.alert)
    const paged = readdirSync(root + pages).filter(file => file !== 'README.md')

    expect(new Set(names).size).toBe(names.length)
    expect(paged.sort()).toEqual(names.map(name => `${name}.md`).sort())
    for (const name of names) expect(textOf(`${pages}/README.md`)).toContain(`](${name}.md)`)
  })

  it.skipIf(noPromtool !== null)('are what Prometheus takes, and fire when their tests say so', () => {
    expect(promtool('check', 'rules', ...ruleFiles.map(path => root + path))).toBeNull()
    for (const name of ['prometheus', 'local'])
      expect(promtool('check', 'config', `${root}docker/prometheus/${name}.yaml`)).toBeNull()
    const tests = filesIn('docker/prometheus/tests').map(path => root + path)
    expect(promtool('test', 'rules', ...tests)).toBeNull()
  })
})
