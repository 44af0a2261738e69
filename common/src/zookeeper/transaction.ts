/**
 * Several changes that happen all or not at all.
 * Takes operations in their order. Gives one call; its error names the operation that refused.
 * The library turns version 0 into "any version" (`version || -1`), so versions are set on its list again.
 */
import { modeFlag, type CreateMode, type ZooCall } from './calls.js'
import type { Transaction } from './library.js'

/** One step of a transaction. Without `version` any version will do. */
export type ZooOperation =
  | { readonly kind: 'create'; readonly path: string; readonly data?: Buffer; readonly mode?: CreateMode }
  | { readonly kind: 'write'; readonly path: string; readonly data: Buffer; readonly version?: number }
  | { readonly kind: 'remove'; readonly path: string; readonly version?: number }
  | { readonly kind: 'check'; readonly path: string; readonly version?: number }

/** ZooKeeper takes requests up to 1 MiB; this many operations with small data stay far below. */
export const operationsMax = 1_000
const anyVersion = -1
const errorType = -1

/** The whole transaction as one request. */
export function transactionCall(operations: readonly ZooOperation[]): ZooCall<void> {
  const paths = operations.map(operation => operation.path)
  return {
    name: `change ${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ` and ${paths.length - 3} more` : ''}`,
    path: paths[0] ?? '/',
    isRepeatable: false,
    start(client, answer) {
      const transaction = client.transaction()
      for (const operation of operations) {
        addOperation(transaction, operation)
        const added = transaction.ops.at(-1)
        if (added !== undefined && operation.kind !== 'create')
          added.version = operation.version ?? anyVersion
      }
      transaction.commit((error, results) => {
        const failed =
          results?.findIndex(result => result.type === errorType && (result.err ?? 0) !== 0) ?? -1
        if (failed >= 0) answer.refused(results?.[failed]?.err ?? errorType, paths[failed])
        else if (error) answer.refused(error.code)
        else answer.given()
      })
    },
  }
}

function addOperation(transaction: Transaction, operation: ZooOperation): void {
  const { path } = operation
  switch (operation.kind) {
    case 'create':
      transaction.create(path, operation.data ?? Buffer.alloc(0), modeFlag(operation.mode ?? 'persistent'))
      return
    case 'write':
      transaction.setData(path, operation.data, anyVersion)
      return
    case 'remove':
      transaction.remove(path, anyVersion)
      return
    case 'check':
      transaction.check(path, anyVersion)
  }
}
