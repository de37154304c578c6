import assert from 'node:assert/strict'
import test from 'node:test'
import { isCommon } from './common-passwords.ts'
import { generatePassword } from './sign-in.ts'

test('passwords that everybody chooses are known, in any case', () => {
  for (const password of ['1234567890', 'qwertyuiop', 'password123', 'PassWord123', 'harrypotter', 'QWERTY123456'])
    assert.equal(isCommon(password), true, password)
})

test('passwords that nobody chose before are not', () => {
  for (const password of ['correct horse battery', 'password1234 of the tower', 'a window in the east', ''])
    assert.equal(isCommon(password), false, password)
  for (let i = 0; i < 1_000; i++) assert.equal(isCommon(generatePassword()), false)
})
