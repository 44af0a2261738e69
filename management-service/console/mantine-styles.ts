/**
 * The styles of the component library, of those parts only that are used, in the file of whoever uses them.
 * Takes the build. Gives each part its own style sheet in place of the one for all. Promises: a sheet stands
 * behind those of the parts that it is made of, since the library imports in that order.
 * Refuses to build where a part has a class that no sheet of the build knows.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const whole = '@mantine/core/styles.css'
const base = '\0mantine-base'
const partsOfBase = ['baseline', 'default-css-variables', 'global']
/** Where the library names the classes of a part. */
const classesOf = /@mantine\/core\/esm\/.*\/(\w+)\.module\.mjs$/
const libraryClass = /\bm_[0-9a-f]{4,8}\b/g

const sheets = dirname(fileURLToPath(import.meta.resolve('@mantine/core/styles/global.css')))
const importOf = (sheet: string): string => `import '@mantine/core/styles/${sheet}.css'\n`

/** The plugin. `vite dev` takes the one sheet for all. */
export function mantineStyles(): Plugin {
  return {
    name: 'mantine-styles',
    apply: 'build',
    enforce: 'pre',
    resolveId: id => (id === whole ? base : null),
    load: id => (id === base ? partsOfBase.map(importOf).join('') : null),
    transform(code, id) {
      const part = classesOf.exec(id)?.[1]
      if (part === undefined || !existsSync(resolve(sheets, `${part}.css`))) return null
      return { code: importOf(part) + code, map: null, moduleSideEffects: null }
    },
    generateBundle(_options, bundle) {
      const files = Object.values(bundle)
      const scripts = files.flatMap(file => (file.type === 'chunk' ? [file.code] : []))
      const built = files.flatMap(file => (file.type === 'asset' ? [String(file.source)] : []))
      const styled = classesIn(built)
      const known = classesIn([readFileSync(resolve(sheets, '../styles.css'), 'utf8')])
      const bare = [...classesIn(scripts)].filter(each => known.has(each) && !styled.has(each))
      if (bare.length > 0) this.error(`No style sheet is built for ${bare.join(', ')}`)
    },
  }
}

function classesIn(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap(text => text.match(libraryClass) ?? []))
}
