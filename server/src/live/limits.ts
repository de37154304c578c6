/** How often what is watched is looked at. Nothing is read from the database unless something is due. */
export const beatMs = 250
/** A floor or building tells at most one change in this time. */
export const coalesceMs = 1_000
/** What nobody reported is looked for this often: writes on other instances, and time in summaries of buildings. */
export const recheckMs = 5_000
/** Proxies close what is silent for a minute or less; a comment keeps it open. */
export const heartbeatMs = 15_000
/** How long what somebody watched last is kept for them to resume. */
export const resumableMs = 60_000
/** Changes kept to resume from: a minute of them. */
export const keptChanges = 60
/** What a connection may be behind: 40 snapshots of a floor of 30 sensors. More, and it is ended. */
export const maxBufferedBytes = 256 * 1024
/** A wall of screens is one person; so is a program that forgets to close. */
export const maxStreamsOfOne = 50
export const maxStreams = 5_000
