import type { ProfilePatch } from '@plenum/contract'

type Chosen = Pick<ProfilePatch, 'locale' | 'theme'>

/** What somebody chose on this page before anybody knew who they are. */
let chosenHere: Chosen = {}

export const chooseHere = (choice: Chosen) => {
  chosenHere = { ...chosenHere, ...choice }
}

/** Once: the next one to sign in here may be somebody else. */
export const takeChosenHere = (): Chosen => {
  const taken = chosenHere
  chosenHere = {}
  return taken
}
