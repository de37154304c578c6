/**
 * Saturation vapour pressure over water in hPa: Magnus formula with the constants of Sonntag (1990),
 * as in WMO-No. 8, Guide to Instruments and Methods of Observation, annex 4.B.
 */
const saturationHPa = (temperatureC: number): number =>
  6.112 * Math.exp((17.62 * temperatureC) / (243.12 + temperatureC))

/** Water in saturated air in g/m3, by the gas law of water vapour: 216.7 g·K/(m3·hPa) × e / T. */
export const saturationGM3 = (temperatureC: number): number =>
  (216.7 * saturationHPa(temperatureC)) / (temperatureC + 273.15)

/** Relative humidity in % of air that holds `waterGM3` of water. */
export const relativeHumidityPercent = (waterGM3: number, temperatureC: number): number =>
  (100 * waterGM3) / saturationGM3(temperatureC)
