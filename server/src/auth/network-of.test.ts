import assert from 'node:assert/strict'
import { BlockList } from 'node:net'
import test from 'node:test'
import fc from 'fast-check'
import { networkOf } from './network-of.ts'

/** Node's own idea of a network: whether both lie in the same 56 bits. */
function sameCustomer(one: string, other: string): boolean {
  const network = new BlockList()
  network.addSubnet(one, 56, 'ipv6')
  return network.check(other, 'ipv6')
}

const group = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16))
const groups = fc.array(group, { minLength: 8, maxLength: 8 }).filter((all) => Number.parseInt(all[0] ?? '', 16) > 0)
/** Written with :: in place of as many zeros as stand where it is put. */
const written = (all: string[], at: number, zeros: number): [string, string] => {
  const filled = all.map((one, i) => (i >= at && i < at + zeros ? '0' : one))
  return [filled.join(':'), `${filled.slice(0, at).join(':')}::${filled.slice(at + zeros).join(':')}`]
}

test('two IPv6 addresses are of one network exactly if their first 56 bits are the same', () => {
  fc.assert(
    fc.property(groups, groups, fc.nat(7), (one, other, kept) => {
      const near = [...one.slice(0, kept), ...other.slice(kept)]
      const [a, b] = [one.join(':'), near.join(':')]
      assert.equal(networkOf(a) === networkOf(b), sameCustomer(a, b), `${a} ${b}`)
    }),
  )
})

test('however an address is written, its network is the same', () => {
  fc.assert(
    fc.property(groups, fc.nat(6), fc.integer({ min: 1, max: 7 }), (all, at, zeros) => {
      const [long, short] = written(all, at, Math.min(zeros, 8 - at))
      assert.equal(networkOf(short), networkOf(long), short)
      assert.equal(networkOf(long.toUpperCase()), networkOf(long))
    }),
  )
})

test('IPv4 is itself, also inside IPv6', () => {
  assert.equal(networkOf('203.0.113.5'), '203.0.113.5')
  assert.equal(networkOf('::ffff:203.0.113.5'), '203.0.113.5')
  assert.notEqual(networkOf('203.0.113.5'), networkOf('203.0.113.6'))
  assert.equal(networkOf('fe80::1%eth0'), networkOf('fe80::2'))
})
