/** The part of a floor's address after `#` that points at one sensor. */
export const sensorAnchor = (sensorId: number): string => `sensor-${sensorId}`
