import { Pool } from 'undici'
const [port, n, C] = process.argv.slice(2).map(Number)
const body = Buffer.from(JSON.stringify({ a: 'x'.repeat(1010) }))
const p = new Pool(`http://127.0.0.1:${port}`, { connections: C }); let left = n
const run = async () => { while (left-- > 0) { const r = await p.request({ path: '/', method: 'POST', headers: ['Content-Type', 'application/json', 'Hermes-Message-Id', 'abcdefgh-1234', 'Hermes-Retry-Count', '0', 'User-Agent', 'Iris'], body }); await r.body.dump() } }
left = 3000; await Promise.all(Array.from({ length: C }, run)); left = n
const t = performance.now(), c = process.cpuUsage(); await Promise.all(Array.from({ length: C }, run)); const s = (performance.now() - t) / 1000, u = process.cpuUsage(c)
console.log(`${Math.round(n / s)}/s cpu/1000 ${((u.user + u.system) / 1e6 / n * 1000).toFixed(4)}`)
process.exit(0)
