/**
 * The storage behind the use cases: all ports over one session of ZooKeeper.
 * Takes the clients. Gives the store. Promises: who can show or change a definition can do so although a
 * secret in it cannot be opened; only what keeps secrets anew is told of that as unreadable.
 */
import { tolerantVault } from '@iris/common/secrets/vault'
import type { ManagementBase, ManagementConfig } from '../base.js'
import type { Outside } from '../outside.js'
import { createChangeGuard } from './change-guard.js'
import { createJsonSchemaStore, type JsonSchemaStore } from './json-schemas.js'
import type { Store } from './ports.js'
import { createSecretStore, type SecretStore } from './resealing.js'
import { createRetryState } from './retry-state.js'
import { createSlotOwners } from './slot-owners.js'
import { createUnfinished } from './unfinished.js'
import { createZooStore } from './zookeeper.js'

export type OpenStore = Store & JsonSchemaStore & SecretStore

/** Makes it. */
export function openStore(
  base: ManagementBase,
  { kafkaClusterName }: Pick<ManagementConfig, 'kafkaClusterName'>,
  { session, paths, vault }: Pick<Outside, 'session' | 'paths' | 'vault'>,
): OpenStore {
  return {
    ...createZooStore({ session, paths, vault: tolerantVault(vault) }),
    ...createSecretStore({ session, paths, vault }),
    ...createSlotOwners(session, paths, kafkaClusterName),
    ...createRetryState(session, paths, kafkaClusterName),
    ...createUnfinished(session, paths),
    ...createJsonSchemaStore(session, paths),
    ...createChangeGuard({ ...base, session }, paths),
  }
}
