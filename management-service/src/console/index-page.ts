// pure
/**
 * The page at the root of management for people who come with a browser.
 * Takes nothing. Gives plain HTML that says what this is and where to go on.
 */

/** The page. */
export const indexPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Iris management</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }
</style>
<h1>Iris management</h1>
<p>This is the REST API for groups, topics and subscriptions. The console is not built here: <code>npm run
build</code> makes it. Another one, such as Hermes', is served at this place once
<code>IRIS_CONSOLE_DIRECTORY</code> names a folder with it.</p>
<ul>
<li><a href="/groups">/groups</a>, <a href="/topics">/topics</a>, <a href="/stats">/stats</a></li>
<li><a href="/status/health">/status/health</a>, <a href="/status/ready">/status/ready</a>,
<a href="/status/prometheus">/status/prometheus</a></li>
</ul>
<p>Every route is described at <a href="/docs">/docs</a>, for programs at
<a href="/openapi.json">/openapi.json</a>.</p>
</html>
`
