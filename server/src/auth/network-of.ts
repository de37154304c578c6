import { isIPv4 } from 'node:net'

const ipv6Groups = 8

/**
 * Who is behind an address, as far as addresses tell: IPv4 as it is, of IPv6 the first 56 bits. That is what one
 * customer usually gets (RIPE-690), and whoever has one has all addresses in it.
 */
export function networkOf(address: string): string {
  const [plain = ''] = address.toLowerCase().split('%')
  const mapped = plain.startsWith('::ffff:') ? plain.slice('::ffff:'.length) : plain
  if (isIPv4(mapped)) return mapped
  const [head = '', tail] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const all = [...groups, ...Array<string>(Math.max(0, ipv6Groups - groups.length - last.length)).fill('0'), ...last]
  const [a, b, c, d] = all.map((group) => Number.parseInt(group, 16) & 0xffff)
  return [a, b, c, (d ?? 0) & 0xff00].map((group) => (group ?? 0).toString(16)).join(':')
}
