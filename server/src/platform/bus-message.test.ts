import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createSequences, decodeMessage, encodeMessage } from './bus-message.ts'

const message = fc.record(
  {
    from: fc.string(),
    sequence: fc.nat(),
    topic: fc.option(fc.string()),
    content: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
  },
  { noNullPrototype: true },
)

test('what one instance writes another reads, if both have the secret and nothing was changed', () => {
  fc.assert(
    fc.property(
      message,
      fc.string(),
      fc.nat(),
      fc.string({ minLength: 1, maxLength: 1 }),
      (sent, secret, at, other) => {
        const text = encodeMessage(secret, sent)
        assert.deepEqual(decodeMessage(secret, text), sent)
        assert.equal(decodeMessage(`${secret}.`, text), null)
        const place = at % text.length
        const changed = text.slice(0, place) + other + text.slice(place + 1)
        if (changed !== text) assert.equal(decodeMessage(secret, changed), null)
      },
    ),
  )
})

test('any other text is no message', () => {
  fc.assert(fc.property(fc.string(), (text) => assert.equal(decodeMessage('secret', text), null)))
})

test('a gap is told where something was missed, and nowhere else', () => {
  // Each step of a sender: a message or a sign of life, which may be lost on its way, or come twice.
  const step = fc.record({
    from: fc.constantFrom('a', 'b'),
    isMessage: fc.boolean(),
    times: fc.constantFrom(0, 1, 1, 1, 2),
  })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const sequences = createSequences()
      const sent = new Map<string, number>()
      const isMissing = new Map<string, boolean>()
      for (const { from, isMessage, times } of steps) {
        const sequence = (sent.get(from) ?? 0) + Number(isMessage)
        sent.set(from, sequence)
        const topic = isMessage ? 'topic' : null
        if (times === 0) {
          if (isMessage) isMissing.set(from, true)
          continue
        }
        assert.equal(sequences.note({ from, sequence, topic }), isMissing.get(from) ? 'gap' : 'next')
        isMissing.set(from, false)
        if (times === 2) assert.equal(sequences.note({ from, sequence, topic }), isMessage ? 'old' : 'next')
      }
    }),
  )
})
