// pure
/**
 * The parts of an OpenAPI document that we write and read.
 */
import type { Right } from '@iris/common/access/principal'
import type { JsonObject } from '@iris/common/domain/json-shapes'

export interface OpenApiDocument {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly JsonObject[]
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  /** By path, then by method in small letters. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonObject>>
    readonly responses: Readonly<Record<string, Answer>>
    readonly securitySchemes: JsonObject
  }
}

export interface Operation {
  readonly tags: readonly string[]
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  /** Ours: who may call it. */
  readonly 'x-iris-right'?: Right
  readonly security?: readonly JsonObject[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: RequestBody
  readonly responses: Readonly<Record<string, Answer | Reference>>
  readonly servers?: readonly JsonObject[]
}

export interface RequestBody {
  readonly required: boolean
  readonly content: Content
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: JsonObject
  readonly example?: string
}

/** By media type. */
export type Content = Readonly<Record<string, { readonly schema?: JsonObject; readonly example?: unknown }>>

export interface Answer {
  readonly description: string
  readonly headers?: AnswerHeaders
  readonly content?: Content
}

/** By name. */
export type AnswerHeaders = Readonly<
  Record<string, { readonly description: string; readonly schema: JsonObject }>
>

export interface Reference {
  readonly $ref: string
}
