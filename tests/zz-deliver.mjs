import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKafka } from '@iris/local-stack/kafka'
import { startZooKeeper } from '@iris/local-stack/zookeeper'
import { startService, settingsEnvironment } from '@iris/local-stack/service'
import { createIrisApi, localOwner } from '@iris/local-stack/iris-api'
import { freePort } from '@iris/local-stack/ports'
import { createCluster } from '@iris/common/kafka/cluster'
import { createProducer } from '@iris/common/kafka/producer'
import { wrapEnvelope } from '@iris/common/kafka/envelope'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
const N = Number(process.env.N ?? 100000), SUBS = Number(process.env.SUBS ?? 1), FAIL = Number(process.env.FAIL ?? 0), ROUNDS = Number(process.env.ROUNDS ?? 2), INF = Number(process.env.INF ?? 100), ORD = process.env.ORD
const dir = mkdtempSync(join(tmpdir(), 'c-bench-'))
const cpu = pid => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' '); return (Number(f[11]) + Number(f[12])) / 100 }
const rss = pid => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
const kafka = await startKafka({ dataDir: join(dir, 'k') }); const zk = await startZooKeeper({ dataDir: join(dir, 'z') })
const env = s => ({ KAFKA_BROKERS: kafka.bootstrap, ZOOKEEPER: zk.connection, ...settingsEnvironment(s) })
const nets = { 'delivery.allowedNetworks': '127.0.0.0/8' }
const m = await startService({ name: 'management-service', environment: env({ 'management.server.port': String(await freePort()), 'management.topic.partitions': '10', ...nets }) })
const cport = await freePort()
const cp = spawn(process.execPath, [...(process.env.PROF ? ['--cpu-prof', '--cpu-prof-dir=/tmp/c/prof'] : []), '/work/main/consumers-service/dist/main.js'], { stdio: ['ignore', 'ignore', 'inherit'], env: { PATH: process.env.PATH, ...env({ 'consumer.healthCheckPort': String(cport), 'log.level': 'warn', ...nets }) } })
const c = { pid: cp.pid, logs: () => [], stop: () => new Promise(r => { cp.on('exit', r); cp.kill('SIGTERM') }) }
const api = createIrisApi({ frontend: '', management: m.url }); await api.createGroup('g')
const recv = spawn(process.execPath, ['/tmp/c/bench/counter.mjs', String(FAIL)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
const port = await new Promise(r => recv.once('message', r))
const ask = q => new Promise(r => { recv.once('message', r); recv.send(q) })
const parts = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
const cluster = createCluster(parts, { brokers: [kafka.bootstrap], clientId: 'x', connectTimeoutMs: 5000, requestTimeoutMs: 30000, metadataMaxAgeMs: 60000 }); await cluster.start()
const producer = createProducer({ ...parts, cluster }, { bufferBytesMax: 64e6, batchBytesMax: 900000, requestTimeoutMs: 30000, deliveryTimeoutMs: 120000, acks: -1, isIdempotent: true }); await producer.start()
const body = Buffer.from(JSON.stringify({ a: 'x'.repeat(1010) }))
for (let round = 0; round < ROUNDS; round++) {
  const topic = 'g.t' + round
  console.log((await api.createTopic({ name: topic, description: '', owner: localOwner, contentType: 'JSON', retentionTime: { duration: 1 } })).status)
  const names = []
  for (let s = 0; s < SUBS; s++) { names.push('s' + s); const a = await api.createSubscription({ topicName: topic, name: 's' + s, endpoint: `http://127.0.0.1:${port}/`, description: '', owner: localOwner, state: 'SUSPENDED', ...(ORD ? { ordering: ORD } : {}), subscriptionPolicy: { rate: 1000000, inflightSize: INF, requestTimeout: 30000, messageBackoff: 100 } }); if (a.status !== 201) console.log(a.status, a.text) }
  await producer.prepare(topic)
  const per = N / SUBS
  await new Promise(res => { let left = per, open = 0; const go = () => { while (left > 0 && open < 5000) { left--; open++; const id = 'id-' + left; const p = left % 10; if (!producer.append({ topic, partition: p, key: Buffer.from('k' + (left % 1000)), value: wrapEnvelope({ timestampMs: Date.now(), id, externalMetadata: {} }, body), headers: [['id', Buffer.from(id)]], timestampMs: Date.now(), deadlineMs: performance.now() + 60000, done: o => { open--; if (o.kind !== 'stored') console.log(o); if (left > 0) go(); else if (open === 0) res() } })) { left++; open--; setTimeout(go, 10); return } } }; go() })
  // bare
  await ask('reset'); const bare = spawn(process.execPath, ['/work/main/node_modules/../tests/zz-bare.mjs', String(port), String(Math.min(N, 60000)), String(process.env.BC ?? 32)], { stdio: ['ignore', 'pipe', 'inherit'] }); let out = ''; bare.stdout.on('data', d => out += d); await new Promise(r => bare.on('exit', r)); console.log('bare', out.trim())
  await ask('reset'); const cpu0 = cpu(c.pid), k0 = cpu(kafka.pid), r0 = cpu(recv.pid), t0 = performance.now()
  await Promise.all(names.map(s => api.setSubscriptionState(topic, s, 'ACTIVE')))
  const act = performance.now()
  let peak = 0; for (;;) { const { ok, first, last, all } = await ask('count'); peak = Math.max(peak, rss(c.pid)); if (ok >= N) { const span = last - first; const u = cpu(c.pid) - cpu0; console.log(`iris ${Math.round(N / span * 1000)}/s span ${Math.round(span)} ms, all ${all}, cpu/1000 ${(u / N * 1000).toFixed(4)}, kafka ${((cpu(kafka.pid) - k0) / N * 1000).toFixed(4)}, recv ${((cpu(recv.pid) - r0) / N * 1000).toFixed(4)}, rss peak ${Math.round(peak)} MiB`); break } await new Promise(r => setTimeout(r, 50)); if (performance.now() - act > 120000) { console.log('TIMEOUT', ok); break } }
}
for (const l of c.logs().slice(-5)) console.log(l.slice(0, 300))
await c.stop(); await m.stop(); recv.kill(); await cluster.stop(); await kafka.stop(); await zk.stop(); rmSync(dir, { recursive: true, force: true }); process.exit(0)
