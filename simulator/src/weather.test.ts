import assert from 'node:assert/strict'
import { test } from 'node:test'
import { relativeHumidityPercent, saturationGM3 } from './humid-air.ts'
import { createLocalTime, dayMs, hourMs } from './local-time.ts'
import { sunshineAt } from './sun.ts'
import { createWeather, type Weather } from './weather.ts'

const tokyo = { latitudeDeg: 35.66, longitudeDeg: 139.75 }
const firstMs = Date.UTC(2024, 0, 1)
const weather = createWeather({
  seed: 7,
  site: tokyo,
  localTime: createLocalTime('Asia/Tokyo'),
  firstDay: firstMs / dayMs,
})
const hoursOf = (fromMs: number, days: number): Weather[] =>
  Array.from({ length: days * 24 }, (_, hour) => weather(fromMs + hour * hourMs))
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

test('a winter month is cold and dry, a summer month hot and damp, near the normals of Tokyo', () => {
  const january = hoursOf(Date.UTC(2026, 0, 1), 31)
  const august = hoursOf(Date.UTC(2026, 7, 1), 31)
  const temperature = (hours: Weather[]): number => mean(hours.map((hour) => hour.temperatureC))
  assert.ok(Math.abs(temperature(january) - 5.4) < 3, `${temperature(january)}`)
  assert.ok(Math.abs(temperature(august) - 26.9) < 3, `${temperature(august)}`)
  assert.ok(mean(january.map((hour) => hour.waterGM3)) < 6)
  assert.ok(mean(august.map((hour) => hour.waterGM3)) > 15)
})

test('the air outside is never over-saturated and all figures stay physical for years', () => {
  for (const hour of hoursOf(firstMs, 3 * 365)) {
    const humidity = relativeHumidityPercent(hour.waterGM3, hour.temperatureC)
    assert.ok(humidity > 5 && humidity <= 98, `${humidity}`)
    assert.ok(hour.temperatureC > -12 && hour.temperatureC < 42, `${hour.temperatureC}`)
    assert.ok(hour.horizontalWM2 >= 0 && hour.horizontalWM2 < 1000)
    assert.ok(hour.pm25UgM3 > 0 && hour.co2Ppm > 400 && hour.co2Ppm < 460)
  }
})

test('the same instant has the same weather whatever was asked before', () => {
  const again = createWeather({
    seed: 7,
    site: tokyo,
    localTime: createLocalTime('Asia/Tokyo'),
    firstDay: firstMs / dayMs,
  })
  const late = Date.UTC(2026, 5, 1, 3)
  assert.deepEqual(again(late), weather(late))
  assert.deepEqual(again(firstMs), weather(firstMs))
})

test('the sun rises in the east, stands highest in the south about noon and is gone at night', () => {
  const at = (hourOfDay: number) => sunshineAt(Date.UTC(2026, 2, 20) + (hourOfDay - 9) * hourMs, 35.66, 139.75, 0)
  assert.ok(at(8).facadeWM2.east > at(8).facadeWM2.west)
  assert.ok(at(16).facadeWM2.west > at(16).facadeWM2.east)
  assert.ok(at(12).facadeWM2.south > 2 * at(12).facadeWM2.north)
  assert.ok(at(12).horizontalWM2 > at(9).horizontalWM2)
  assert.equal(at(24).horizontalWM2, 0)
})

test('saturated air holds what the tables say: 17.3 g/m3 at 20 degC, 4.85 at 0', () => {
  assert.ok(Math.abs(saturationGM3(20) - 17.3) < 0.1)
  assert.ok(Math.abs(saturationGM3(0) - 4.85) < 0.03)
})
