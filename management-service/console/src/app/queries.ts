/**
 * How answers of management are kept in the browser.
 * Gives one memory for all pages: fresh for two seconds, asked again when a refusal may pass by itself.
 */
import { QueryClient } from '@tanstack/react-query'
import { ApiProblem } from '../api/problem.js'

const retriesMax = 2

/** The memory of the console. */
export const queries = new QueryClient({
  defaultOptions: {
    // Management may be on this machine, whatever the browser thinks of the network.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      staleTime: 2000,
      retry: (count, error) => count < retriesMax && mayPass(error),
    },
  },
})

function mayPass(error: unknown): boolean {
  return !(error instanceof ApiProblem) || error.status === 0 || error.status === 503
}
