/**
 * A plot of one scenario: a panel a controller, messages a second over time.
 * Takes the runs. Gives an SVG that needs nothing beside it.
 */
import { sampleMs, type Simulation } from '@iris/consumers-service/delivery/testing/rate-simulation'
import type { Scenario } from '@iris/consumers-service/delivery/testing/receivers'

const width = 860
const panel = { left: 52, top: 56, width: 790, height: 150, gap: 58 }
const height = panel.top + 2 * panel.height + panel.gap + 62
/** Deliveries are shown as the mean of so many samples. */
const smoothing = 5
const colours = { possible: '#d9e2ec', allowed: '#e07a1f', delivered: '#1f5fa8', text: '#333', line: '#999' }

/** Draws it. */
export function drawScenario(
  scenario: Scenario,
  rate: number,
  runs: Readonly<Record<'adaptive' | 'hermes', Simulation>>,
): string {
  const lower = panel.top + panel.height + panel.gap
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    label(panel.left, 22, `The receiver ${scenario.title}`, 15),
    drawPanel(scenario, rate, runs.adaptive, { top: panel.top, title: 'adaptive' }),
    drawPanel(scenario, rate, runs.hermes, { top: lower, title: 'hermes' }),
    legend(height - 14),
    '</svg>\n',
  ].join('\n')
}

function drawPanel(
  { forMs, ideal }: Scenario,
  rate: number,
  { samples }: Simulation,
  { top, title }: { readonly top: number; readonly title: string },
): string {
  const rateMax = rate * 1.15
  const x = (atMs: number): number => panel.left + (atMs / forMs) * panel.width
  const y = (perSecond: number): number => top + panel.height * (1 - Math.min(perSecond, rateMax) / rateMax)
  const line = (points: readonly (readonly [number, number])[]): string =>
    points.map(([atMs, value]) => `${x(atMs).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
  const possible = samples.map(({ atMs }) => [atMs, ideal(atMs)] as const)
  const area = `${x(0)},${y(0)} ${line(possible)} ${x(forMs)},${y(0)}`
  const allowed = samples.map(({ atMs, rate: allowedRate }) => [atMs, allowedRate] as const)
  return [
    label(panel.left, top - 8, `${title} (messages/s)`, 12),
    `<polygon points="${area}" fill="${colours.possible}"/>`,
    ...axes(forMs, rate, top, { x, y }),
    polyline(line(allowed), colours.allowed, 1),
    polyline(line(delivered(samples)), colours.delivered, 1.6),
  ].join('\n')
}

function delivered(samples: Simulation['samples']): (readonly [number, number])[] {
  const points: (readonly [number, number])[] = []
  for (let from = 0; from + smoothing <= samples.length; from += smoothing) {
    const group = samples.slice(from, from + smoothing)
    const sum = group.reduce((total, each) => total + each.delivered, 0)
    points.push([group.at(-1)?.atMs ?? 0, (sum * 1000) / (smoothing * sampleMs)])
  }
  return points
}

function axes(
  forMs: number,
  rate: number,
  top: number,
  { x, y }: { x(atMs: number): number; y(perSecond: number): number },
): string[] {
  const bottom = top + panel.height
  const stepMs = forMs / 10
  const times = Array.from({ length: 11 }, (_, index) => index * stepMs)
  const rates = [0, rate / 2, rate]
  return [
    `<path d="M${panel.left} ${top}V${bottom}H${panel.left + panel.width}" fill="none" stroke="${colours.line}"/>`,
    ...times.map(each => label(x(each) - 8, bottom + 16, `${Math.round(each / 1000)} s`, 11)),
    ...rates.map(each => label(panel.left - 34, y(each) + 4, String(each), 11)),
  ]
}

function legend(y: number): string {
  const entries = [
    ['what the receiver could take', colours.possible],
    ['allowed by the controller', colours.allowed],
    ['delivered', colours.delivered],
  ] as const
  return entries
    .map(([text, colour], index) => {
      const left = panel.left + index * 250
      return `<rect x="${left}" y="${y - 10}" width="18" height="10" fill="${colour}"/>${label(left + 26, y, text, 12)}`
    })
    .join('\n')
}

function polyline(points: string, colour: string, strokeWidth: number): string {
  return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="${strokeWidth}"/>`
}

function label(x: number, y: number, text: string, size: number): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" fill="${colours.text}">${text}</text>`
}
