import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sensorKinds, sensorTypes } from '@plenum/contract'
import { axisScale, contactState, showNumber } from './shown-value.ts'

const show = (value: number, sensorType: keyof typeof sensorKinds, language = 'en') => {
  const { number, unit } = showNumber(value, { sensor_type: sensorType, unit: sensorKinds[sensorType].unit }, language)
  return `${number} ${unit}`
}

test('a value has the digits its kind is good for', () => {
  assert.equal(show(21.44, 'temperature'), '21.4 °C')
  assert.equal(show(21, 'temperature'), '21.0 °C')
  assert.equal(show(612.4, 'co2'), '612 ppm')
  assert.equal(show(45.6, 'humidity'), '46 % RH')
  assert.equal(show(1234.5678, 'water'), '1,234.568 m³')
})

test('large power, energy and pressure change their unit', () => {
  assert.equal(show(640, 'power'), '640 W')
  assert.equal(show(999.6, 'power'), '1.00 kW')
  assert.equal(show(12_440, 'power'), '12.4 kW')
  assert.equal(show(1_240_000, 'power'), '1.24 MW')
  assert.equal(show(-3_300, 'power'), '-3.30 kW')
  assert.equal(show(12_345.678, 'energy'), '12,345.68 kWh')
  assert.equal(show(1_234_567.8, 'energy'), '1,235 MWh')
  assert.equal(show(120, 'pressure'), '120 Pa')
  assert.equal(show(250_000, 'pressure'), '250 kPa')
})

test('nothing is ever minus zero', () => {
  assert.equal(show(-0.02, 'temperature'), '0.0 °C')
})

test('separators are those of the language', () => {
  assert.equal(show(1234.5678, 'water', 'de'), '1.234,568 m³')
  assert.equal(show(12_345, 'illuminance', 'ja'), '12,345 lx')
})

test('a unit of the sensor’s own is shown as it is', () => {
  assert.deepEqual(showNumber(70.12, { sensor_type: 'temperature', unit: 'degF' }, 'en'), {
    number: '70.1',
    unit: '°F',
  })
  assert.deepEqual(showNumber(3, { sensor_type: 'air_flow', unit: 'l/s' }, 'en'), { number: '3', unit: 'l/s' })
})

test('every kind can be shown', () => {
  for (const kind of sensorTypes) assert.match(show(1, kind), /^1[.\d]* \S+/)
})

test('contact made is closed', () => {
  assert.equal(contactState(1, 'contact'), 'closed')
  assert.equal(contactState(0, 'contact'), 'open')
  assert.equal(contactState(0.4, 'contact'), null)
  assert.equal(contactState(1, 'temperature'), null)
})

test('an axis has one unit, that of its largest value', () => {
  assert.deepEqual(axisScale(-5_400, { sensor_type: 'power', unit: 'W' }), { factor: 1e-3, unit: 'kW' })
  assert.deepEqual(axisScale(26, { sensor_type: 'temperature', unit: 'degC' }), { factor: 1, unit: '°C' })
})
