// pure
/**
 * The answer of a dry run.
 */
import { z } from 'zod'

const member = z.object({
  member: z.string().describe('Such as `retentionTime.duration`'),
  before: z.unknown().optional().describe('Absent where it is not there now'),
  after: z.unknown().optional().describe('Absent where it would not be there'),
})

const config = z.object({ config: z.string(), before: z.string().nullable(), after: z.string() })
const place = z.object({ partition: z.int(), offset: z.int() })

/** What would be done to Kafka. */
export const kafkaEffectsShape = z.object({
  create: z.array(
    z.object({
      topic: z.string(),
      partitions: z.int(),
      replicationFactor: z.int(),
      configs: z.record(z.string(), z.string()),
    }),
  ),
  alter: z.array(z.object({ topic: z.string(), configs: z.array(config) })),
  delete: z.array(z.string()).describe('Topics'),
  commit: z.array(z.object({ group: z.string(), topic: z.string(), offsets: z.array(place) })),
  deleteGroups: z.array(z.string()).describe('Consumer groups, after their consumers have stopped'),
  append: z.array(z.object({ topic: z.string(), records: z.int() })),
  deleteRecords: z.array(z.object({ topic: z.string(), partition: z.int(), before: z.int() })),
})

/** What would be done to the schema registry. */
export const schemaEffectsShape = z.object({
  register: z.array(z.string()).describe('Subjects that would get a version'),
  remove: z.array(z.string()).describe('Subjects that would lose all versions'),
})

export const dryRunAnswerShape = z
  .object({
    dryRun: z.literal(true),
    status: z.int().describe('What the change itself would be answered with'),
    changes: z.array(
      z.object({
        change: z.enum(['create', 'update', 'delete']),
        kind: z
          .string()
          .describe(
            '`group`, `topic`, `subscription`, `oauthProvider`, `workloadConstraint`, `offlineTask`, or `node` ' +
              'of ZooKeeper',
          ),
        name: z.string(),
        members: z.array(member).describe('Secrets are masked, and told where they change'),
      }),
    ),
    kafka: kafkaEffectsShape,
    schemas: schemaEffectsShape,
  })
  .meta({ id: 'DryRun' })

export type DryRunAnswer = z.infer<typeof dryRunAnswerShape>
export type KafkaEffects = z.infer<typeof kafkaEffectsShape>
export type SchemaEffects = z.infer<typeof schemaEffectsShape>
