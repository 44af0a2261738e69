// pure
/**
 * What the schema of an AVRO topic has to be, before the registry is asked.
 * Takes its text. Gives nothing, or refuses with Hermes' texts.
 */
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { compileAvroSchema, metadataName, type AvroNode } from '@iris/common/schema/avro/schema'

/** Checks a schema; `isMetadataRequired` asks for the field that Hermes keeps its own words in. */
export function checkSchema(text: string | null, isMetadataRequired: boolean): void {
  if (text === null || text.trim() === '') throw other('Message schema cannot be empty')
  const schema = compileAvroSchema(text)
  if ('problem' in schema) {
    if (schema.problem.startsWith('Not a record')) throw other(schema.problem)
    throw invalid(schema.problem)
  }
  if (!isMetadataRequired) return
  const field = schema.root.fields.find(({ name }) => name === metadataName)
  if (field === undefined) throw invalid(`Missing Hermes ${metadataName} field`)
  if (field.node.kind !== 'union') throw other(`Not a union: "${field.node.kind}"`)
  if (!isNullOrTexts(field.node.branches)) throw invalid(`Invalid types used in field ${metadataName}`)
}

/** Exactly `null`, then a map of texts. */
function isNullOrTexts(branches: readonly AvroNode[]): boolean {
  const [first, second] = branches
  return (
    branches.length === 2 &&
    first?.kind === 'null' &&
    second?.kind === 'map' &&
    second.values.kind === 'string'
  )
}

function invalid(problem: string): HermesError {
  return refusal('FORMAT_ERROR', { problem: `Error while trying to validate schema: ${problem}` })
}

/** Hermes answers these with 500; they are the caller's all the same. */
function other(problem: string): HermesError {
  return new HermesError('OTHER', problem, 400)
}
