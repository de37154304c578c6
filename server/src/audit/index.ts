export { type Actor, type By, byRequest, bySystem, nobody } from './by.ts'
export type { AuditEvent } from './entry.ts'
export { append } from './store.ts'
