import { describe, expect, it } from 'vitest'
import { datacenterMarksToNode, readDatacenterMarks } from './datacenter-readiness.js'

describe('the marks of data centres', () => {
  it('are written as Hermes writes them, and read back', () => {
    const node = datacenterMarksToNode(new Map([['dc1', 'NOT_READY']]))

    expect(node.toString()).toBe('{"datacenters":[{"datacenter":"dc1","status":"NOT_READY"}]}')
    expect(readDatacenterMarks(node)?.get('dc1')).toBe('NOT_READY')
    expect(readDatacenterMarks(node)?.get('dc2')).toBeUndefined()
  })

  it('are none in an empty node', () => {
    expect(readDatacenterMarks(Buffer.alloc(0))?.size).toBe(0)
  })

  it.each([
    'no json',
    '[]',
    '{}',
    '{"datacenters":{}}',
    '{"datacenters":["dc"]}',
    '{"datacenters":[{"datacenter":"dc","status":"MAYBE"}]}',
    '{"datacenters":[{"datacenter":1,"status":"READY"}]}',
  ])('cannot be read from %s', text => {
    expect(readDatacenterMarks(Buffer.from(text))).toBeNull()
  })
})
