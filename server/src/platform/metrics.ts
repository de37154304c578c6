import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { PoolCounts } from './database.ts'
import type { App } from './http.ts'

export type Metrics = ReturnType<typeof createMetrics>

/** Upper bounds of the buckets of `plenum_http_request_seconds`. */
export const requestBoundsS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30]

export interface MetricValue {
  labels: Partial<Record<string, string | number>>
  value: number
  /** Of a histogram, which of its counts: `…_bucket`, `…_count`, `…_sum`. */
  metricName?: string
}

/** Prometheus figures of this process. Slices make their own with `counter` and `gauge`. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const requests = new Histogram({
    name: 'plenum_http_request_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: requestBoundsS,
    registers,
  })

  /** @param route the pattern, not the address: a label a caller can choose would grow without end */
  const noteRequest = (labels: { method: string; route: string; status: number }, ms: number): void =>
    requests.observe(labels, ms / 1_000)
  const watchRequests = (app: App): void => {
    app.addHook('onResponse', (request, reply, done) => {
      const route = request.routeOptions.url ?? 'none'
      noteRequest({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime)
      done()
    })
  }

  /** `read` is called when somebody asks, so a gauge is never old. */
  const watchPools = (read: () => Record<string, PoolCounts>): void => {
    new Gauge({
      name: 'plenum_pool_connections',
      help: 'Database connections by pool and state (size, used, waiting, max)',
      labelNames: ['pool', 'state'],
      registers,
      collect() {
        for (const [pool, counts] of Object.entries(read())) {
          for (const [state, count] of Object.entries(counts)) this.set({ pool, state }, count)
        }
      },
    })
  }

  return {
    watchRequests,
    noteRequest,
    watchPools,
    counter: (name: string, help: string, labelNames: string[] = []) =>
      new Counter({ name, help, labelNames, registers }),
    /** `read` is called when somebody asks. */
    gauge: (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read())
        },
      }),
    /** One a value of the label; `read` is called when somebody asks. */
    gaugeBy: (name: string, help: string, label: string, read: () => Record<string, number>) =>
      new Gauge({
        name,
        help,
        labelNames: [label],
        registers,
        collect() {
          for (const [value, count] of Object.entries(read())) this.set({ [label]: value }, count)
        },
      }),
    /** Values of one metric now, by their labels; none where there is no metric of that name. */
    read: async (name: string): Promise<readonly MetricValue[]> =>
      (await registry.getSingleMetric(name)?.get())?.values ?? [],
    contentType: registry.contentType,
    text: () => registry.metrics(),
  }
}
