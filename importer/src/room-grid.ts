import type { Position } from '@plenum/contract'

/** A room's rectangle on the floor plan, in 0..1 of its width and height. */
export interface RoomCell {
  outline: Position[]
  /** A place within the room, given in 0..1 of the room. */
  place(within: Position): Position
}

const gap = 0.08
const round = (value: number) => Math.round(value * 10_000) / 10_000

/**
 * Lays `count` rooms out in rows, left to right and top to bottom, a little wider than high.
 * For data that names rooms and says nothing of where they are: the plan shows them in order, not to scale.
 */
export function roomGrid(count: number): RoomCell[] {
  const columns = Math.max(1, Math.ceil(Math.sqrt(count * 1.5)))
  const rows = Math.ceil(count / columns)
  return Array.from({ length: count }, (_, index) => {
    const left = (index % columns) / columns
    const top = Math.floor(index / columns) / rows
    const place = ({ x, y }: Position): Position => ({
      x: round(left + (gap + x * (1 - 2 * gap)) / columns),
      y: round(top + (gap + y * (1 - 2 * gap)) / rows),
    })
    const corners = [place({ x: 0, y: 0 }), place({ x: 1, y: 0 }), place({ x: 1, y: 1 }), place({ x: 0, y: 1 })]
    return { outline: corners, place }
  })
}
