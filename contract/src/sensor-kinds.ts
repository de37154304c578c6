/**
 * What Plenum knows of each kind of sensor: one row a kind, nowhere else.
 * `brick` is the class of the Brick schema (brickschema.org), `haystack` the point tags of Project Haystack.
 */
export type Behaviour = 'gauge' | 'counter' | 'state'

export interface SensorKind {
  /** What is measured, as a person says it. */
  quantity: string
  /** Unit on the wire, spelled as in api.md. */
  unit: string
  /** `gauge` is averaged, `counter` only rises, `state` is a share of time. */
  behaviour: Behaviour
  /** Readings outside [min, max] are stored as `suspect`. */
  plausible: { min: number; max: number }
  /** Digits after the point that the sensor is good for. */
  digits: number
  brick: string
  haystack: string
}

const kind = (
  quantity: string,
  unit: string,
  behaviour: Behaviour,
  min: number,
  max: number,
  digits: number,
  brick: string,
  haystack: string,
): SensorKind => ({ quantity, unit, behaviour, plausible: { min, max }, digits, brick, haystack })

export const sensorKinds = {
  temperature: kind('Temperature', 'degC', 'gauge', -40, 85, 1, 'Temperature_Sensor', 'air temp sensor'),
  humidity: kind('Relative humidity', '%RH', 'gauge', 0, 100, 0, 'Relative_Humidity_Sensor', 'air humidity sensor'),
  co2: kind('CO2', 'ppm', 'gauge', 250, 10_000, 0, 'CO2_Level_Sensor', 'air co2 concentration sensor'),
  illuminance: kind('Illuminance', 'lx', 'gauge', 0, 200_000, 0, 'Illuminance_Sensor', 'light level sensor'),
  motion: kind('Motion', 'count', 'gauge', 0, 100_000, 0, 'Motion_Sensor', 'motion sensor'),
  occupancy: kind('Occupancy', 'people', 'gauge', 0, 10_000, 0, 'Occupancy_Count_Sensor', 'occupancy sensor'),
  power: kind(
    'Electric power',
    'W',
    'gauge',
    -10_000_000,
    10_000_000,
    0,
    'Electric_Power_Sensor',
    'elec active power sensor',
  ),
  energy: kind('Electric energy', 'kWh', 'counter', 0, 1e12, 2, 'Energy_Usage_Sensor', 'elec active energy sensor'),
  water: kind('Water', 'm3', 'counter', 0, 1e9, 3, 'Water_Usage_Sensor', 'water volume sensor'),
  pressure: kind('Pressure', 'Pa', 'gauge', -5_000_000, 5_000_000, 0, 'Pressure_Sensor', 'pressure sensor'),
  air_flow: kind('Air flow', 'm3/h', 'gauge', -500_000, 500_000, 0, 'Air_Flow_Sensor', 'air flow sensor'),
  pm2_5: kind('Fine dust PM2.5', 'ug/m3', 'gauge', 0, 1_000, 0, 'PM2.5_Level_Sensor', 'air pm25 concentration sensor'),
  tvoc: kind(
    'Volatile organic compounds',
    'ppb',
    'gauge',
    0,
    60_000,
    0,
    'TVOC_Level_Sensor',
    'air tvoc concentration sensor',
  ),
  noise: kind('Noise', 'dB', 'gauge', 0, 140, 0, 'Sound_Level_Sensor', 'noise sensor'),
  // Brick: "senses contact to determine whether a door or window is closed", so 1 is closed.
  contact: kind('Contact', '0/1', 'state', 0, 1, 0, 'Contact_Sensor', 'contact sensor'),
} as const satisfies Record<string, SensorKind>

/** Single sensors of these tell where somebody sits: seen with a permission of their own. */
export const presenceTypes: readonly SensorType[] = ['motion', 'occupancy']

export type SensorType = keyof typeof sensorKinds

export const sensorTypes = Object.keys(sensorKinds) as SensorType[]
