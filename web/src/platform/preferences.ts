import { createContext, useContext } from 'react'
import type { UnitSystem } from '@plenum/contract'

/** How the person who is signed in wants figures and times; a profile says so, on every device. */
export interface Preferences {
  units: UnitSystem
  /** null: that of the building. */
  timeZone: string | null
}

export const PreferencesContext = createContext<Preferences>({ units: 'auto', timeZone: null })

const browserZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone

export const useUnits = (): UnitSystem => useContext(PreferencesContext).units

/** The zone that times are shown in. @param building its zone; left out on pages that are about no building */
export const useShownZone = (building?: string): string => {
  const { timeZone } = useContext(PreferencesContext)
  return timeZone ?? building ?? browserZone()
}
