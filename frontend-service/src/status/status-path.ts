// pure
/**
 * Where the status of an accepted message is found.
 * Takes a topic, a message id and the frontend that has it. Gives the path, and the route of such paths.
 */

/** As the Router writes it. */
export const statusRoute = '/topics/:name/messages/:id'
/** The query parameter that names the frontend. */
export const frontendParameter = 'at'

/** The path of a message's status; `frontend` is the id of the frontend that accepted it. */
export function statusPath(topicName: string, id: string, frontend: string): string {
  const path = `/topics/${encodeURIComponent(topicName)}/messages/${encodeURIComponent(id)}`
  return frontend === '' ? path : `${path}?${frontendParameter}=${encodeURIComponent(frontend)}`
}
