// pure
/**
 * A Grafana dashboard as its JSON wants it, from what there is to say: panels in rows, and their questions.
 * Takes titles, units and PromQL. Gives the model (schema 39, Grafana 10 and later) in a grid of 24.
 */

/** A question to Prometheus; `legend` may name labels, as in `{{topic}}`. */
export interface Question {
  readonly expr: string
  readonly legend: string
}

export interface PanelWish {
  readonly title: string
  readonly questions: readonly Question[]
  /** What it tells, for who has never seen it. */
  readonly about?: string
  /** Grafana's name of the unit; `short` where it is a plain number. */
  readonly unit?: string
  readonly kind?: 'timeseries' | 'stat' | 'table'
  /** Of 24. */
  readonly width?: number
  /** From these values on it is yellow, then red; where less is worse: below them. */
  readonly limits?: readonly [yellow: number, red: number]
}

export interface RowWish {
  readonly title: string
  readonly panels: readonly PanelWish[]
}

/** A choice at the top of a dashboard: the values that a label has. */
export interface Choice {
  readonly label: string
  /** A PromQL selector of series that have it. */
  readonly of: string
}

export interface DashboardWish {
  readonly uid: string
  readonly title: string
  readonly about: string
  readonly choices?: readonly Choice[]
  readonly rows: readonly RowWish[]
}

type Json = Readonly<Record<string, unknown>>

const gridWidth = 24
const heights = { timeseries: 8, stat: 4, table: 8 } as const
const widths = { timeseries: 12, stat: 4, table: 12 } as const
const datasource = { type: 'prometheus', uid: '${datasource}' }

/** The model of a dashboard. */
export function dashboardOf({ uid, title, about, choices = [], rows }: DashboardWish): Json {
  return {
    uid,
    title,
    description: about,
    tags: ['iris'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    links: [
      {
        type: 'dashboards',
        title: 'Iris',
        tags: ['iris'],
        asDropdown: true,
        includeVars: true,
        keepTime: true,
      },
    ],
    templating: { list: [sourceChoice, ...choices.map(choiceOf)] },
    panels: panelsOf(rows),
  }
}

const sourceChoice: Json = {
  type: 'datasource',
  name: 'datasource',
  label: 'Prometheus',
  query: 'prometheus',
}

/** Each choice narrows those after it down, since its label stands in their selectors. */
function choiceOf({ label, of }: Choice): Json {
  const query = `label_values(${of}, ${label})`
  return {
    ...{ type: 'query', name: label, label, datasource, refresh: 2, sort: 1 },
    ...{ definition: query, query: { query, refId: label } },
    ...{ includeAll: false, multi: false },
  }
}

function panelsOf(rows: readonly RowWish[]): Json[] {
  const panels: Json[] = []
  let y = 0
  for (const row of rows) {
    panels.push({
      ...{ id: panels.length + 1, type: 'row', title: row.title, collapsed: false, panels: [] },
      gridPos: { h: 1, w: gridWidth, x: 0, y },
    })
    y += 1
    let x = 0
    let height = 0
    for (const wish of row.panels) {
      const kind = wish.kind ?? 'timeseries'
      const w = wish.width ?? widths[kind]
      if (x + w > gridWidth) {
        x = 0
        y += height
        height = 0
      }
      panels.push(panelOf(wish, panels.length + 1, { h: heights[kind], w, x, y }))
      x += w
      height = Math.max(height, heights[kind])
    }
    y += height
  }
  return panels
}

function panelOf(wish: PanelWish, id: number, gridPos: Json): Json {
  const { title, about = '', questions, unit = 'short', kind = 'timeseries' } = wish
  return {
    ...{ id, type: kind, title, description: about, datasource, gridPos },
    fieldConfig: { defaults: { unit, min: 0, ...colours(wish), custom: customOf(kind) }, overrides: [] },
    options: optionsOf[kind],
    targets: questions.map(({ expr, legend }, index) => ({
      ...{ refId: String.fromCharCode('A'.charCodeAt(0) + index), datasource, expr, legendFormat: legend },
      ...(kind === 'timeseries' ? { range: true } : { instant: true, range: false }),
      ...(kind === 'table' ? { format: 'table' } : {}),
    })),
  }
}

/** Green up to the first limit; where less is worse, from the greater one on. */
function colours({ limits, kind }: PanelWish): Json {
  if (limits === undefined) return kind === 'stat' ? { color: { mode: 'fixed', fixedColor: 'text' } } : {}
  const [yellow, red] = limits
  const steps =
    red < yellow
      ? [step('red', null), step('yellow', red), step('green', yellow)]
      : [step('green', null), step('yellow', yellow), step('red', red)]
  return { color: { mode: 'thresholds' }, thresholds: { mode: 'absolute', steps } }
}

function step(color: string, value: number | null): Json {
  return { color, value }
}

function customOf(kind: 'timeseries' | 'stat' | 'table'): Json {
  return kind === 'timeseries' ? { lineWidth: 1, fillOpacity: 10, showPoints: 'never' } : {}
}

const optionsOf: Readonly<Record<'timeseries' | 'stat' | 'table', Json>> = {
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  stat: {
    reduceOptions: { calcs: ['lastNotNull'] },
    colorMode: 'value',
    graphMode: 'none',
    textMode: 'auto',
  },
  table: { showHeader: true },
}
