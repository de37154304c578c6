/** What others may use of the simulator: the demo's description and the simulation itself. */
export type { BuildingPlan, Facade, FloorPlan, SensorPlan, ZoneKind, ZonePlan } from './building-plan.ts'
export { demoBuilding } from './demo-building.ts'
export {
  createSimulation,
  openedAtMs,
  type ReadingsRange,
  type SimulatedReading,
  type Simulation,
} from './simulation.ts'
export { demoFaults } from './demo-faults.ts'
export { type Fault, type ReadingSource, withFaults } from './faults.ts'
