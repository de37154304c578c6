import { createHash } from 'node:crypto'
import type { Building } from '@plenum/contract'
import { createApiClient } from './api-client.ts'
import { openRecordedBuilding } from './formats.ts'
import { withGatewayKey } from './gateway-key.ts'
import { createHttpTransport } from './http-transport.ts'
import type { ImportResult } from './import-result.ts'
import { createJsonApi } from './json-api.ts'
import { loadReadings } from './load.ts'
import { type MeasuredPart, measureParts } from './measure-parts.ts'
import { type Progress, trackProgress } from './progress.ts'
import { nothingCreated, type RegisteredBuilding, registerBuilding } from './registry.ts'
import { openStateFile, type StateFile } from './state-file.ts'
import { emptyTally } from './tally.ts'

export interface ImportOptions {
  /** Folder of the recorded building. */
  dir: string
  api: {
    /** Address of the server, such as `http://127.0.0.1:3000`. */
    baseUrl: string
    /** Credentials of a user who may create buildings and gateway keys. */
    headers: () => Record<string, string>
  }
  /** Where an interrupted import is remembered; removed when the import is complete. */
  stateFile: string
  /** Looks at the data and the server, and writes nothing. */
  dryRun?: boolean
  onProgress?: (progress: Progress) => void
  /** Stops the import where it is; the next one goes on from there. */
  signal?: AbortSignal
  /** Requests with readings in flight. */
  concurrency?: number
  /** At most, in one of them. More is faster; what is interrupted is sent again. */
  readingsPerRequest?: number
}

/**
 * Brings a recorded building to a server through its public API: finds or creates the building, then sends its
 * readings. Repeatable: a reading is known by (sensor, timestamp), so a second import stores nothing.
 * An interruption by `signal` is a result, everything else that stops it is thrown.
 *
 * @throws `ImportError`, whose message is for the person who runs the import.
 */
export async function importDirectory(options: ImportOptions): Promise<ImportResult> {
  const { dir, stateFile, dryRun = false, onProgress = () => {}, signal } = options
  const { concurrency = 4, readingsPerRequest = 50_000 } = options
  const { baseUrl, headers } = options.api
  const startedAt = performance.now()
  const created = nothingCreated()
  const progress = trackProgress(onProgress)
  const { plan, parts } = await openRecordedBuilding(dir)

  const transport = createHttpTransport({ baseUrl, connections: Math.max(concurrency, registryConnections) })
  const client = createApiClient({ transport, baseUrl, onWait: ({ reason }) => progress.wait(reason) })
  const api = createJsonApi(client, headers, signal)
  const cleanUp = createJsonApi(createApiClient({ transport, baseUrl, patienceMs: cleanUpPatienceMs }), headers)

  let measured: MeasuredPart[] = []
  let state: StateFile | undefined
  let before = emptyTally()
  const readings = () => measured.reduce((sum, part) => sum + part.readings, 0)
  const resultOf = (outcome: ImportResult['outcome']): ImportResult => {
    const tally = state?.total() ?? emptyTally()
    return {
      outcome,
      building: plan.building.name,
      created,
      readings: readings(),
      tally,
      sent: tally.readings - before.readings,
      examples: state?.examples() ?? [],
      durationMs: performance.now() - startedAt,
    }
  }

  try {
    // First all files to their end, 1.7 s for KETI: what is damaged is found before anything is written.
    measured = await measureParts(parts, (done) => progress.step('read', done, parts.length), signal)
    const onSensor = (done: number, all: number) => progress.step('register', done, all)
    const registered = await registerBuilding({ api, plan, dryRun, created, onSensor })
    if (dryRun) return resultOf('dry run')

    const building = await api.get<Building>(`/api/buildings/${registered.buildingId}`)
    const loading = openStateFile(stateFile, identify(building, registered, measured))
    state = loading
    before = loading.total()
    const onAnswer = () => progress.load(loading.total(), readings())
    onAnswer()
    await withGatewayKey({ api, cleanUp, gatewayId: registered.gatewayId }, (keyHeaders) =>
      loadReadings({
        client,
        headers: keyHeaders,
        parts: measured,
        sensorIds: registered.sensorIds,
        state: loading,
        signal,
        concurrency,
        readingsPerRequest,
        onAnswer,
      }),
    )
    loading.remove()
    return resultOf('complete')
  } catch (error) {
    if (isInterruption(error, signal)) return resultOf('interrupted')
    throw error
  } finally {
    transport.close()
  }
}

const registryConnections = 8
const cleanUpPatienceMs = 10_000

/**
 * What a saved state is of: this data, in this building of this database. The building's time of creation and the ids
 * of its sensors are in it, because a server set up anew at the same address has a building 1 again and none of its
 * readings; the address is not, because the same server may come back at another port.
 */
function identify(building: Building, { sensorIds }: RegisteredBuilding, parts: MeasuredPart[]): string {
  const sensors = [...sensorIds].sort(([a], [b]) => (a < b ? -1 : 1))
  const data = parts.map(({ part, rows, readings }) => [part.name, rows, readings])
  const subject = JSON.stringify([building.id, building.created_at, sensors, data])
  return createHash('sha256').update(subject).digest('hex')
}

const isInterruption = (error: unknown, signal: AbortSignal | undefined) =>
  signal?.aborted === true && (error === signal.reason || (error as Error | undefined)?.name === 'AbortError')
