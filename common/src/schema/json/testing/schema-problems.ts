/**
 * A published schema as the judge of what we write, for tests.
 * Takes a JSON Schema of draft 7 or 2020-12 and a value. Gives null, or what ajv finds.
 */
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { JsonObject } from '../../../domain/json-shapes.js'

const options = { strict: false, validateFormats: false, logger: false } as const
/** Made once: a judge compiles the schema of schemas first. */
const judges = { old: new Ajv(options), new: new Ajv2020(options) }

/** Formats are not looked at, and words that ajv does not know are passed over. */
export function schemaProblems(schema: JsonObject, value: unknown): unknown {
  const isNew = String(schema['$schema']).includes('2020-12')
  const validate = (isNew ? judges.new : judges.old).compile(schema)
  return validate(value) ? null : validate.errors
}
