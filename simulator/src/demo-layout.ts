import type { Position } from '@plenum/contract'
import type { ZonePlan } from './building-plan.ts'

/**
 * The rooms of the demo tower. Every storey has the same core and six places, so one table of sensors serves all;
 * what a place is used for differs on the ground floor and at the top.
 */
export type Place = 'north' | 'south' | 'roomA' | 'roomB' | 'corridor' | 'plant'

export const floorAreaM2 = 960

const corners = (...points: [number, number][]): Position[] => points.map(([x, y]) => ({ x, y }))
const rectangle = (left: number, top: number, right: number, bottom: number): Position[] =>
  corners([left, top], [right, top], [right, bottom], [left, bottom])

const corridor: ZonePlan = {
  name: 'Corridor',
  kind: 'corridor',
  facade: null,
  outline: corners([0, 0.42], [0.66, 0.42], [0.66, 0.28], [1, 0.28], [1, 0.42], [0.8, 0.42], [0.8, 0.58], [0, 0.58]),
}
const roomA = (name: string): ZonePlan => ({
  name,
  kind: 'meeting room',
  facade: 'north',
  outline: rectangle(0.66, 0, 0.86, 0.28),
})
const roomB = (name: string): ZonePlan => ({
  name,
  kind: 'meeting room',
  facade: 'east',
  outline: rectangle(0.86, 0, 1, 0.28),
})
const northWing = rectangle(0, 0, 0.66, 0.42)
const southWing = rectangle(0, 0.58, 1, 1)
const shortSouthWing = rectangle(0, 0.58, 0.68, 1)
const southEastCorner = rectangle(0.68, 0.58, 1, 1)
const shaft = rectangle(0.8, 0.42, 1, 0.58)

const groundFloor: Record<Place, ZonePlan> = {
  north: { name: 'Lobby', kind: 'lobby', facade: 'north', outline: northWing },
  south: { name: 'Café', kind: 'café', facade: 'south', outline: shortSouthWing },
  roomA: roomA('Visitor meeting room'),
  roomB: { name: 'Security office', kind: 'security', facade: 'east', outline: rectangle(0.86, 0, 1, 0.28) },
  corridor,
  plant: { name: 'Plant room', kind: 'plant', facade: null, outline: southEastCorner },
}

const officeFloor: Record<Place, ZonePlan> = {
  north: { name: 'North office', kind: 'office', facade: 'north', outline: northWing },
  south: { name: 'South office', kind: 'office', facade: 'south', outline: southWing },
  roomA: roomA('Meeting room A'),
  roomB: roomB('Meeting room B'),
  corridor,
  plant: { name: 'Services shaft', kind: 'plant', facade: null, outline: shaft },
}

const topFloor: Record<Place, ZonePlan> = {
  north: { name: 'Executive office', kind: 'office', facade: 'north', outline: northWing },
  south: { name: 'Project office', kind: 'office', facade: 'south', outline: shortSouthWing },
  roomA: roomA('Board room'),
  roomB: roomB('Meeting room B'),
  corridor,
  plant: { name: 'Plant room', kind: 'plant', facade: null, outline: southEastCorner },
}

/** What each place of a storey is; levels run from 1 (ground) to `topLevel`. */
export const placesOf = (level: number, topLevel: number): Record<Place, ZonePlan> =>
  level === 1 ? groundFloor : level === topLevel ? topFloor : officeFloor

/** The walls of a storey as an SVG path: every zone once around. */
export const wallsOf = (zones: ZonePlan[]): string =>
  zones.map(({ outline }) => `M${outline.map(({ x, y }) => `${x} ${y}`).join('L')}Z`).join('')
