import assert from 'node:assert/strict'
import { test } from 'node:test'
import { en } from './en.ts'
import { ja } from './ja.ts'

interface Strings {
  [key: string]: string | Strings
}

const flatten = (strings: Strings, prefix = ''): [string, string][] =>
  Object.entries(strings).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[prefix + key, value]] : flatten(value, `${prefix}${key}.`),
  )

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort()

test('a Japanese string fills in what the English one fills in', () => {
  const japanese = new Map(flatten(ja))
  for (const [key, text] of flatten(en)) {
    if (key.endsWith('_one')) continue
    assert.deepEqual(placeholders(japanese.get(key) ?? 'missing'), placeholders(text), key)
  }
})

test('no string is empty', () => {
  for (const [key, text] of [...flatten(en), ...flatten(ja)]) assert.notEqual(text.trim(), '', key)
})
