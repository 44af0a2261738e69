/**
 * `/openapi.json` and `/docs`: the description of this API, made once from the contracts.
 */
import { reading, textAnswer, type ApiRoute } from '@iris/common/http/api'
import type { ResourceContract } from '../contract/contract.js'
import { docsPage } from '../contract/docs-page.js'
import { openApiDocument, type OpenApiFacts } from '../contract/openapi.js'

const jsonType = 'application/json'
const pageType = 'text/html'

/** Nothing is fetched, nothing runs: a page that holds examples of others must not be able to. */
const headers = { 'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'" }

/** The routes of the description. It is made at the first question, for most processes never get one. */
export function docsRoutes(resources: readonly ResourceContract[], facts: OpenApiFacts): readonly ApiRoute[] {
  let made: { readonly json: string; readonly page: string } | null = null
  const description = (): { readonly json: string; readonly page: string } => {
    if (made !== null) return made
    const document = openApiDocument(resources, facts)
    return (made = { json: JSON.stringify(document), page: docsPage(document) })
  }
  return [
    reading('GET', '/openapi.json', () => Promise.resolve(textAnswer(description().json, jsonType))),
    reading(
      'GET',
      '/docs',
      () => Promise.resolve({ ...textAnswer(description().page, `${pageType}; charset=utf-8`), headers }),
      pageType,
    ),
  ]
}
