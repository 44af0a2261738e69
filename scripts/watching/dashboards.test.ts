import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { skippedFor } from '../../tests/support/needed.js'
import { dashboardOf } from './dashboard.js'
import { dashboards } from './dashboards/all.js'
import { declaredSeries, nameProblems } from './declared.js'
import { wantedBy } from './promql.js'
import { promtool, whyNoPromtool } from './promtool.js'

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number }
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
}

const models = Object.entries(dashboards).map(([name, wish]) => [name, dashboardOf(wish), wish] as const)
const panelsOf = (model: ReturnType<typeof dashboardOf>): readonly Panel[] =>
  model['panels'] as readonly Panel[]
const noPromtool = skippedFor(whyNoPromtool())

/** What Grafana asks Prometheus in the end. */
const filledIn = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '1m').replace(/\$(\w+)/g, 'some')

describe.each(models)('the dashboard %s', (_name, model, wish) => {
  const panels = panelsOf(model)
  const questions = panels.flatMap(panel =>
    (panel.targets ?? []).map(target => ({ panel: panel.title, ...target })),
  )

  it('asks for metrics and labels that exist', async () => {
    const declared = await declaredSeries()
    const choices = (wish.choices ?? []).map(({ of }) => of)

    for (const expr of [...questions.map(each => each.expr), ...choices])
      expect([expr, nameProblems(filledIn(expr), declared)]).toEqual([expr, []])
  })

  it('names in its legends what its questions leave', async () => {
    const declared = await declaredSeries()

    for (const { panel, expr, legendFormat } of questions) {
      const labels = wantedBy(filledIn(expr)).metrics.flatMap(({ name }) => declared.get(name) ?? [])
      for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        expect(labels, `${panel}: ${legendFormat}`).toContain(label)
    }
  })

  it('lets no panel lie over another, and numbers each', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) => {
      expect(x + w).toBeLessThanOrEqual(24)
      return Array.from({ length: h * w }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`)
    })
    expect(new Set(cells).size).toBe(cells.length)
  })

  it('asks each variable that it uses', () => {
    const used = JSON.stringify(model).match(/\$\{?(\w+)/g) ?? []
    const names = new Set(used.map(each => each.replace(/\W/g, '')))
    const given = ['datasource', '__rate_interval', ...(wish.choices ?? []).map(({ label }) => label)]

    expect([...names].filter(name => !given.includes(name))).toEqual([])
  })

  it.skipIf(noPromtool !== null)('asks what Prometheus understands', () => {
    const rules = questions.map(({ expr }, index) => ({ record: `question:${index}`, expr: filledIn(expr) }))
    const folder = mkdtempSync(join(tmpdir(), 'iris-dashboard-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'rules.yaml')
    writeFileSync(file, stringify({ groups: [{ name: 'questions', rules }] }))

    expect(promtool('check', 'rules', '--lint=none', file)).toBeNull()
  })
})

describe('the dashboards', () => {
  it('have an address and a title each', () => {
    expect(new Set(models.map(([, model]) => model['uid'])).size).toBe(models.length)
    expect(new Set(models.map(([, model]) => model['title'])).size).toBe(models.length)
  })
})
