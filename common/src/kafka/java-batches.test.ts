import { describe, expect, it } from 'vitest'
import { splitBatches } from './record-batch-reader.js'

/**
 * One batch in each codec, made by Kafka's own Java client 4.1.2: offsets 1000 to 1019, every second key
 * null, the value of number 7 null, two headers each of which one is null.
 */
const batches: Readonly<Record<string, readonly string[]>> = {
  none: [
    'AAAAAAAAA+gAAAdmAAAABQLeiWDgAAAAAAATAAABi8/laAAAAAGLz+VoEwAAAAAAAABNAAMAAAAMAAAAFLQBAAAAAYgB',
    'eyJudW1iZXIiOjAsInRleHQiOiJzb21lIHRleHQgdGhhdCByZXBlYXRzLCBzb21lIHRleHQgdGhhdCByZXBlYXRzIn0E',
    'BGlkCGlkLTAKZW1wdHkBvgEAAgIKa2V5LTGIAXsibnVtYmVyIjoxLCJ0ZXh0Ijoic29tZSB0ZXh0IHRoYXQgcmVwZWF0',
    'cywgc29tZSB0ZXh0IHRoYXQgcmVwZWF0cyJ9BARpZAhpZC0xCmVtcHR5AbQBAAQEAYgBeyJudW1iZXIiOjIsInRleHQi',
    'OiJzb21lIHRleHQgdGhhdCByZXBlYXRzLCBzb21lIHRleHQgdGhhdCByZXBlYXRzIn0EBGlkCGlkLTIKZW1wdHkBvgEA',
    'BgYKa2V5LTOIAXsibnVtYmVyIjozLCJ0ZXh0Ijoic29tZSB0ZXh0IHRoYXQgcmVwZWF0cywgc29tZSB0ZXh0IHRoYXQg',
    'cmVwZWF0cyJ9BARpZAhpZC0zCmVtcHR5AbQBAAgIAYgBeyJudW1iZXIiOjQsInRleHQiOiJzb21lIHRleHQgdGhhdCBy',
    'ZXBlYXRzLCBzb21lIHRleHQgdGhhdCByZXBlYXRzIn0EBGlkCGlkLTQKZW1wdHkBvgEACgoKa2V5LTWIAXsibnVtYmVy',
    'Ijo1LCJ0ZXh0Ijoic29tZSB0ZXh0IHRoYXQgcmVwZWF0cywgc29tZSB0ZXh0IHRoYXQgcmVwZWF0cyJ9BARpZAhpZC01',
    'CmVtcHR5AbQBAAwMAYgBeyJudW1iZXIiOjYsInRleHQiOiJzb21lIHRleHQgdGhhdCByZXBlYXRzLCBzb21lIHRleHQg',
    'dGhhdCByZXBlYXRzIn0EBGlkCGlkLTYKZW1wdHkBNAAODgprZXktNwEEBGlkCGlkLTcKZW1wdHkBtAEAEBABiAF7Im51',
    'bWJlciI6OCwidGV4dCI6InNvbWUgdGV4dCB0aGF0IHJlcGVhdHMsIHNvbWUgdGV4dCB0aGF0IHJlcGVhdHMifQQEaWQI',
    'aWQtOAplbXB0eQG+AQASEgprZXktOYgBeyJudW1iZXIiOjksInRleHQiOiJzb21lIHRleHQgdGhhdCByZXBlYXRzLCBz',
    'b21lIHRleHQgdGhhdCByZXBlYXRzIn0EBGlkCGlkLTkKZW1wdHkBuAEAFBQBigF7Im51bWJlciI6MTAsInRleHQiOiJz',
    'b21lIHRleHQgdGhhdCByZXBlYXRzLCBzb21lIHRleHQgdGhhdCByZXBlYXRzIn0EBGlkCmlkLTEwCmVtcHR5AcQBABYW',
    'DGtleS0xMYoBeyJudW1iZXIiOjExLCJ0ZXh0Ijoic29tZSB0ZXh0IHRoYXQgcmVwZWF0cywgc29tZSB0ZXh0IHRoYXQg',
    'cmVwZWF0cyJ9BARpZAppZC0xMQplbXB0eQG4AQAYGAGKAXsibnVtYmVyIjoxMiwidGV4dCI6InNvbWUgdGV4dCB0aGF0',
    'IHJlcGVhdHMsIHNvbWUgdGV4dCB0aGF0IHJlcGVhdHMifQQEaWQKaWQtMTIKZW1wdHkBxAEAGhoMa2V5LTEzigF7Im51',
    'bWJlciI6MTMsInRleHQiOiJzb21lIHRleHQgdGhhdCByZXBlYXRzLCBzb21lIHRleHQgdGhhdCByZXBlYXRzIn0EBGlk',
    'CmlkLTEzCmVtcHR5AbgBABwcAYoBeyJudW1iZXIiOjE0LCJ0ZXh0Ijoic29tZSB0ZXh0IHRoYXQgcmVwZWF0cywgc29t',
    'ZSB0ZXh0IHRoYXQgcmVwZWF0cyJ9BARpZAppZC0xNAplbXB0eQHEAQAeHgxrZXktMTWKAXsibnVtYmVyIjoxNSwidGV4',
    'dCI6InNvbWUgdGV4dCB0aGF0IHJlcGVhdHMsIHNvbWUgdGV4dCB0aGF0IHJlcGVhdHMifQQEaWQKaWQtMTUKZW1wdHkB',
    'uAEAICABigF7Im51bWJlciI6MTYsInRleHQiOiJzb21lIHRleHQgdGhhdCByZXBlYXRzLCBzb21lIHRleHQgdGhhdCBy',
    'ZXBlYXRzIn0EBGlkCmlkLTE2CmVtcHR5AcQBACIiDGtleS0xN4oBeyJudW1iZXIiOjE3LCJ0ZXh0Ijoic29tZSB0ZXh0',
    'IHRoYXQgcmVwZWF0cywgc29tZSB0ZXh0IHRoYXQgcmVwZWF0cyJ9BARpZAppZC0xNwplbXB0eQG4AQAkJAGKAXsibnVt',
    'YmVyIjoxOCwidGV4dCI6InNvbWUgdGV4dCB0aGF0IHJlcGVhdHMsIHNvbWUgdGV4dCB0aGF0IHJlcGVhdHMifQQEaWQK',
    'aWQtMTgKZW1wdHkBxAEAJiYMa2V5LTE5igF7Im51bWJlciI6MTksInRleHQiOiJzb21lIHRleHQgdGhhdCByZXBlYXRz',
    'LCBzb21lIHRleHQgdGhhdCByZXBlYXRzIn0EBGlkCmlkLTE5CmVtcHR5AQ==',
  ],
  gzip: [
    'AAAAAAAAA+gAAAGAAAAABQKBGFn5AAEAAAATAAABi8/laAAAAAGLz+VoEwAAAAAAAABNAAMAAAAMAAAAFB+LCAAAAAAA',
    'AP+lk81qwkAURmckSAhBRERERIZBXCmYTH59G4sDlZJWdAqV0n3p87joqqs+WPEm4eZCd3cXErjnO4Fzk0II+Snf9fNr',
    '9WDPerdda2ffnN7py0tl1f1Zuce9U2d7snt3Wav/3+sPzzse/ONhsw1sdXJX+SNFrxc82esm6gIiNiBqADcpPI+Mj9m3',
    'Yxzf78N40wUYNsDgeN8n4xP27QTHBwGMT7uAlA1IcXwYkvEZ+3bW3E7EYADbc9l+yhE7HBJswcYW+M9GI+CWXUDJBpQN',
    '4FuK8Vh+dUvgtRbcU2hj+5ViMgkhtogweLkBI0KD6ZQa8IKD6zEazGa1gSEMXnPAMGgwn1MDXnVwPUGDxaI2SAmDFx4w',
    'UjRQihrw0oPrGRpoXRvkhJHzGTkaLJfUgFcxXC/QYLWqDUrC4IUMjLbkPxOiBU81BwAA',
  ],
  snappy: [
    'AAAAAAAAA+gAAAIdAAAABQIALuLYAAIAAAATAAABi8/laAAAAAGLz+VoEwAAAAAAAABNAAMAAAAMAAAAFIJTTkFQUFkA',
    'AAAAAQAAAAEAAAHYtQ6AtAEAAAABiAF7Im51bWJlciI6MCwidGV4dCI6InNvbWUgAQw4IHRoYXQgcmVwZWF0cywgVhgA',
    'cCJ9BARpZAhpZC0wCmVtcHR5Ab4BAAICCmtleS0xLmEAADHuYQAFYQAxDWEQtAEABAQyvQAAMu5cAAVcADINXBC+AQAG',
    'BgW9ADMuvQAAM+5hAAVhADMNYRC0AQAICDK9AAA07lwABVwANA1cEL4BAAoKBb0ANS69AAA17mEABWEANQ1hELQBAAwM',
    'Mr0AADbuXAAFXAA2DVwMNAAODgW8BDcBUVIANw0bELQBABAQMncAADjudwAFdwA4DVwQvgEAEhIFeAA5LjQBADnuYQAF',
    'YQA5DWEYuAEAFBQBin1rADH2bAMQCmlkLTFxbRTEAQAWFgxlbQAxMmQA9m8DBWQEMQpp0RC4AQAYGDbCAPZxAwVecXIQ',
    'xAEAGhoJwgAzMsIA9nQDBWRxdRC4AQAcHDbCAPZ2AwVecXcQxAEAHh4JwgA1MsIA9nkDBWRxehC4AQAgIDbCAPZ7AwVe',
    'cXwQxAEAIiIJwgA3MsIAADfyBwMFZHHFELgBACQkNsIA9sYDBV5xxxDEAQAmJgnCADkywgD2yQMwCmlkLTE5CmVtcHR5',
    'AQ==',
  ],
  lz4: [
    'AAAAAAAAA+gAAAILAAAABQJ63NSLAAMAAAATAAABi8/laAAAAAGLz+VoEwAAAAAAAABNAAMAAAAMAAAAFAQiTRhgQILL',
    'AQAA8BK0AQAAAAGIAXsibnVtYmVyIjowLCJ0ZXh0Ijoic29tZSAMAP8AIHRoYXQgcmVwZWF0cywgGAAD+A4ifQQEaWQI',
    'aWQtMAplbXB0eQG+AQACAgprZXktMWEAHzFhAC4TMWEAWbQBAAQEvQAfMlwALhMyXABRvgEABga9ABgzvQAfM2EALhMz',
    'YQBZtAEACAi9AB80XAAuEzRcAFG+AQAKCr0AGDW9AB81YQAuEzVhAFm0AQAMDL0AHzZcAC4TNlwAQTQADg68ACQ3AVIC',
    'EzcbAFm0AQAQEHcAHzh3AC4TOFwAUb4BABISeAAYOTQBHzlhAC4TOWEAd7gBABQUAYprAx8xbAMrVAppZC0xbQNhxAEA',
    'FhYMbQMZMWQAD28DKwFkAARwA1q4AQAYGMIAD3EDKwFeAARyA1LEAQAaGsIAGTPCAA90AysBZAAEdQNauAEAHBzCAA92',
    'AysBXgAEdwNSxAEAHh7CABk1wgAPeQMrAWQABHoDWrgBACAgwgAPewMrAV4ABHwDUsQBACIiwgAZN8IAHzcHAyoBZAAE',
    'xQNauAEAJCTCAA/GAysBXgAExwNSxAEAJibCABk5wgAPyQMrAWQAgDkKZW1wdHkBAAAAAA==',
  ],
  zstd: [
    'AAAAAAAAA+gAAAFQAAAABQJKkX2+AAQAAAATAAABi8/laAAAAAGLz+VoEwAAAAAAAABNAAMAAAAMAAAAFCi1L/0AWJwI',
    'ADLMLCpwx218mPf//6MLoR5Y5LN1BwSUeAAAQtteWtmuDBqaEh8fHx+p9G9tKQWM/WW5q7VGItMEgVBKuyXpvTnn4yGl',
    'wxFjbDSiiMFYzkAIn8VieQFCVOVgAisUy5laayIxTQjEckaZHg4rJel55pzOSek4MUaDIYpaW84ghBDmAq5plhUY+8ty',
    'N4GoyqGq1g76SS5f8cst7ysB/x7j/9wiuDSlH+PfkgmlLQ5gFQy0ASPw7nIWQagRsLqgyv6xBrCjguQSaJFYioBsSKYU',
    'nhH+nx8HJL/ffU3q3eWklt+5/+jcVRZXv3hug4DgSvb2UOBbyKTrhr6nokoelKPGgbcPPk6Fcde18AA/vqhFNkClpdoq',
    'AQAA',
  ],
}

/** One record of 200,000 bytes, so that the compressed data has several blocks. */
const largeBatches: Readonly<Record<string, readonly string[]>> = {
  gzip: [
    'AAAAAAAAA+gAAAHvAAAABQLXZ4UTAAEAAAAAAAABi8/laAAAAAGLz+VoAAAAAAAAAABNAAMAAAAMAAAAAR+LCAAAAAAA',
    'AP/txlsBgCAQALCzxcVQQR7tjEAZ+lnBANvX1s6ION6d53WX+rQ+ppmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZ',
    'mZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZ',
    'mZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZ',
    'mZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZ',
    'mZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZ',
    'mZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZ',
    'mZmZmZmZmZmZmZmZmf1dfMUYXIBLDQMA',
  ],
  lz4: [
    'AAAAAAAAA+gAAAO0AAAABQK+UZAPAAMAAAAAAAABi8/laAAAAAGLz+VoAAAAAAAAAABNAAMAAAAMAAAAAQQiTRhgQIIf',
    'AQAA/wWQtRgAAAABgLUYMDEyMzQ1Njc4OQoA////////////////////////////////////////////////////////',
    '////////////////////////////////////////////////////////////////////////////////////////////',
    '////////////////////////////////////////////////////////////////////////////////////////////',
    '////////////////////////////////////////////////////////////////////////////////////////////',
    '/////////9RQMTIzNDUUAQAArzY3ODkwMTIzNDUKAP//////////////////////////////////////////////////',
    '////////////////////////////////////////////////////////////////////////////////////////////',
    '////////////////////////////////////////////////////////////////////////////////////////////',
    '////////////////////////////////////////////////////////////////////////////////////////////',
    '///////////////eUDc4OTAxFAEAAK8yMzQ1Njc4OTAxCgD/////////////////////////////////////////////',
    '////////////////////////////////////////////////////////////////////////////////////////////',
    '////////////////////////////////////////////////////////////////////////////////////////////',
    '////////////////////////////////////////////////////////////////////////////////////////////',
    '////////////////////3lAzNDU2NyEAAACvODkwMTIzNDU2NwoA/////////////////zZQNjc4OQAAAAAA',
  ],
  zstd: [
    'AAAAAAAAA+gAAABmAAAABQIfGdn6AAQAAAAAAAABi8/laAAAAAGLz+VoAAAAAAAAAABNAAMAAAAMAAAAASi1L/0AWOQA',
    'AKCQtRgAAAABgLUYMDEyMzQ1Njc4OQEA0v+bFyZUAAAQMgABAEYNORACAQAA',
  ],
}

describe('batches of the Java client', () => {
  it.each(Object.entries(batches))('are read: %s', (_name, base64) => {
    const [batch, ...others] = splitBatches(Buffer.from(base64.join(''), 'base64'), 0)
    batch!.open({ decompressedBytesMax: 10_000, isChecksumChecked: true })

    const entries = Array.from({ length: batch!.entryCount }, (_, index) =>
      batch!.entry({ topic: 't', partition: 0 }, index, 0),
    )

    expect(others).toEqual([])
    expect(entries.map(({ problem }) => problem)).toEqual(Array(20).fill(null))
    entries.forEach((entry, number) => {
      expect(entry.offset).toBe(1_000 + number)
      expect(entry.timestampMs).toBe(1_700_000_000_000 + number)
      expect(entry.key?.toString() ?? null).toBe(number % 2 === 0 ? null : `key-${number}`)
      const text = 'some text that repeats, some text that repeats'
      expect(entry.value?.toString() ?? null).toBe(
        number === 7 ? null : `{"number":${number},"text":"${text}"}`,
      )
      expect(entry.headers().map(([name, value]) => [name, value.toString()])).toEqual([
        ['id', `id-${number}`],
        ['empty', ''],
      ])
    })
  })

  it.each(Object.entries(largeBatches))('of several compressed blocks are read: %s', (_name, base64) => {
    const [batch] = splitBatches(Buffer.from(base64.join(''), 'base64'), 0)
    batch!.open({ decompressedBytesMax: 300_000, isChecksumChecked: true })

    const entry = batch!.entry({ topic: 't', partition: 0 }, 0, 0)

    expect(entry.problem).toBeNull()
    expect(entry.value!.toString()).toBe('0123456789'.repeat(20_000))
  })
})
