import { type Static, Type } from 'typebox'

/**
 * `administrator` everything; `manager` configures buildings, their alerts and reports; `technician` sees, acknowledges
 * and commissions sensors; `viewer` sees. All but the administrator within their scope.
 */
export const roles = ['administrator', 'manager', 'technician', 'viewer'] as const
export type Role = (typeof roles)[number]
export const RoleName = Type.Unsafe<Role>(Type.String({ enum: [...roles] }))
export type RoleName = Static<typeof RoleName>
