/**
 * The overview as management answers it.
 */
import type { paths } from '../../api/openapi.js'

export type Overview = paths['/overview']['get']['responses'][200]['content']['application/json']
