import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inShownUnit, unitScale } from './shown-unit.ts'

test('temperatures are converted to what the person reads, in both directions', () => {
  const fahrenheit = unitScale('degC', 'imperial')
  assert.equal(fahrenheit?.unit, 'degF')
  for (const [celsius, shown] of [
    [-40, -40],
    [0, 32],
    [21, 69.8],
    [100, 212],
  ] as const) {
    assert.ok(Math.abs(inShownUnit(celsius, fahrenheit) - shown) < 1e-9)
    assert.ok(Math.abs(inShownUnit(shown, unitScale('degF', 'metric')) - celsius) < 1e-9)
  }
})

test('what is in the unit already, of another quantity, or asked for as measured, stays', () => {
  assert.equal(unitScale('degF', 'imperial'), null)
  assert.equal(unitScale('degC', 'metric'), null)
  for (const unit of ['degC', 'degF', 'ppm']) assert.equal(unitScale(unit, 'auto'), null)
  for (const unit of ['ppm', 'W', 'l/s', 'constructor']) assert.equal(unitScale(unit, 'imperial'), null)
  assert.equal(inShownUnit(21.37, null), 21.37)
})
