/**
 * The JSON Schemas of topics, as ZooKeeper has them, compiled for messages.
 * Takes the tree below `iris/json-schemas` as it changes. Gives a place a topic, where its rules stand while
 * it has any. Promises: a version is compiled once, when it is seen and not when a message comes; with
 * ZooKeeper away the last known rules stay; a version that cannot be compiled is logged and left out.
 */
import type { Log } from '@iris/common/lifecycle/log'
import { readStoredSchemas, type StoredSchemas } from '@iris/common/schema/json/stored'
import { compileJsonSchema, type JsonValidator } from '@iris/common/schema/json/validator'
import type { Cancel } from '@iris/common/time/scheduler'
import { growBranch, type BranchPlan } from '@iris/common/zookeeper/branch'
import { createFirstLoad } from '@iris/common/zookeeper/first-load'
import type { IrisPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'

/** What messages of a topic are held against. */
export interface JsonRules {
  readonly mode: 'warn' | 'enforce'
  /** Null where the latest version is not known, or no schema. */
  readonly latest: number | null
  readonly versions: ReadonlyMap<number, JsonValidator>
}

/** Where the rules of a topic stand; null while it has none. */
export interface JsonRulesPlace {
  rules: JsonRules | null
}

export interface SchemaBook {
  /** Resolves when what ZooKeeper has is known. */
  start(): Promise<void>
  stop(): void
  of(topic: string): JsonRulesPlace
}

interface Chapter {
  stored: StoredSchemas | null
  readonly versions: Map<number, JsonValidator>
}

/** Makes an empty book. */
export function createSchemaBook(
  { session, log }: { readonly session: ZooSession; readonly log: Log },
  paths: IrisPaths,
): SchemaBook {
  const places = new Map<string, JsonRulesPlace>()
  const chapters = new Map<string, Chapter>()
  let cancel: Cancel = () => undefined

  const placeOf = (topic: string): JsonRulesPlace => {
    let place = places.get(topic)
    if (place === undefined) places.set(topic, (place = { rules: null }))
    return place
  }
  const show = (topic: string, { stored, versions }: Chapter): void => {
    const latest = stored?.versions.at(-1)?.version ?? null
    placeOf(topic).rules =
      stored === null || stored.mode === 'off'
        ? null
        : { mode: stored.mode, latest, versions: new Map(versions) }
  }
  const topicPlan = (topic: string): BranchPlan => {
    const chapter: Chapter = { stored: null, versions: new Map() }
    chapters.set(topic, chapter)
    const path = paths.jsonSchema(topic)
    return {
      ...{ path, childrenPath: path },
      child: name => (/^\d+$/.test(name) ? versionPlan(topic, chapter, Number(name)) : null),
      changed(node) {
        const stored = node === null ? null : readStoredSchemas(node.data)
        if (node !== null && stored === null) return log.error('schemas.unreadable', { topic })
        chapter.stored = stored
        show(topic, chapter)
      },
    }
  }
  const versionPlan = (topic: string, chapter: Chapter, version: number): BranchPlan => ({
    ...{ path: paths.jsonSchemaVersion(topic, version), childrenPath: null },
    child: () => null,
    changed(node) {
      const compiled = node === null ? null : compileJsonSchema(node.data.toString())
      if (compiled !== null && !('problem' in compiled)) chapter.versions.set(version, compiled)
      else chapter.versions.delete(version)
      if (compiled !== null && 'problem' in compiled)
        log.error('schemas.notUnderstood', { topic, version, problem: compiled.problem })
      show(topic, chapter)
    },
  })
  return {
    of: placeOf,
    async start() {
      const load = createFirstLoad()
      const plan = { path: null, childrenPath: paths.jsonSchemas, child: topicPlan, changed: () => undefined }
      cancel = growBranch(session, load, plan)
      await load.whenDone()
    },
    stop: () => cancel(),
  }
}
