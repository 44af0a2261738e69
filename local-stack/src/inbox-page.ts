// pure
/**
 * The page of the inbox: one file of HTML without anything from elsewhere.
 * It asks `/messages` every second and shows what came, newest first.
 * Promises: what others sent is shown as text, never as HTML.
 */

/** The whole page. */
export const inboxPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Iris inbox</title>
<style>
  :root { color-scheme: light dark; --line: #8884; --soft: #8882; --good: #2a9d60; --bad: #d1495b }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  header { display: flex; align-items: baseline; gap: 1rem; flex-wrap: wrap }
  h1 { font-size: 1.4rem; margin: 0 }
  button { font: inherit; margin-left: auto; padding: .2rem .8rem }
  code, pre { font: 13px/1.5 ui-monospace, monospace }
  details { border: 1px solid var(--line); border-radius: 8px; margin: .6rem 0; overflow: hidden }
  summary { display: flex; gap: .8rem; padding: .5rem .8rem; cursor: pointer; flex-wrap: wrap }
  summary .path { flex: 1; overflow-wrap: anywhere }
  .status { font-weight: 600; color: var(--good) } .status.bad { color: var(--bad) }
  .quiet { opacity: .65 }
  pre { margin: 0; padding: .8rem; background: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere }
  pre + pre { border-top: 1px solid var(--line) }
</style>
<header>
  <h1>Iris inbox</h1><span id="count" class="quiet"></span><button id="clear">Clear</button>
</header>
<p class="quiet">Any <code>POST</code> to this address lands here. As an endpoint,
<code>/status/503</code> always fails,
<code>/fail/2</code> fails the first two attempts, <code>/delay/2000</code> answers after two seconds.</p>
<main id="list"></main>
<script>
  const list = document.getElementById('list')
  const count = document.getElementById('count')
  const element = (name, className, text) =>
    Object.assign(document.createElement(name), { className, textContent: text })
  let newest = -1

  function row(message) {
    const details = element('details', '', '')
    const summary = element('summary', '', '')
    const isGood = message.status < 300
    summary.append(
      element('span', isGood ? 'status' : 'status bad', message.status),
      element('code', 'path', message.path),
      element('span', 'quiet', message.retryCount > 0 ? 'retry ' + message.retryCount : ''),
      element('span', 'quiet', message.bodyBytes + ' bytes'),
      element('span', 'quiet', new Date(message.receivedAt).toLocaleTimeString()))
    const headers = Object.entries(message.headers).map(([name, value]) => name + ': ' + value).join('\\n')
    details.append(summary, element('pre', '', message.body), element('pre', 'quiet', headers))
    details.dataset.number = message.number
    return details
  }

  async function refresh() {
    try {
      const answer = await (await fetch('messages?limit=100')).json()
      count.textContent = answer.total + ' received'
      const first = answer.messages.length ? answer.messages[0].number : 0
      if (first === newest) return
      newest = first
      const open = new Set([...list.querySelectorAll('details[open]')].map(each => each.dataset.number))
      list.replaceChildren(...answer.messages.map(row))
      for (const each of list.children) each.open = open.has(each.dataset.number)
      if (!answer.messages.length) list.append(element('p', 'quiet', 'Nothing yet.'))
    } catch {
      count.textContent = 'The inbox does not answer; is it still running?'
    }
  }

  document.getElementById('clear').onclick = () => fetch('messages', { method: 'DELETE' }).then(refresh)
  refresh()
  setInterval(refresh, 1000)
</script>
</html>
`
