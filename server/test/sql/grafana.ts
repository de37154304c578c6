import { readFileSync } from 'node:fs'

/**
 * The dashboard, and its queries as Grafana sends them: variables are put in by the page (`${name:csv}`,
 * `${name:sqlstring}`, `$__interval_ms`), then macros by the data source. Any other use of a dollar is an error here.
 */

export interface DataSource {
  type: string
  uid: string
}

interface Target {
  refId: string
  datasource: DataSource
  format: 'table' | 'time_series'
  rawQuery: boolean
  rawSql: string
}

export interface Panel {
  id: number
  type: string
  title: string
  gridPos: { x: number; y: number; w: number; h: number }
  datasource: DataSource
  targets: Target[]
  interval?: string
  options: { xField?: string }
  fieldConfig: { overrides: { matcher: { id: string; options: string } }[] }
}

export interface Variable {
  name: string
  type: string
  query: string
  definition?: string
  datasource?: DataSource
}

export const dashboardText = readFileSync(new URL('../../../deploy/grafana/plenum.json', import.meta.url), 'utf8')
export const dashboard = JSON.parse(dashboardText) as {
  uid: string
  schemaVersion: number
  panels: Panel[]
  templating: { list: Variable[] }
}

export interface Chosen {
  fromMs: number
  toMs: number
  intervalMs: number
  variables: Record<string, (string | number)[]>
}

const quoted = (value: string | number): string => `'${String(value).replaceAll("'", "''")}'`
const instant = (ms: number): string => quoted(new Date(ms).toISOString())

export function asSent(sql: string, { fromMs, toMs, intervalMs, variables }: Chosen): string {
  const formats: Record<string, (values: (string | number)[]) => string> = {
    csv: (values) => values.join(','),
    sqlstring: (values) => values.map(quoted).join(','),
  }
  const macros: Record<string, (...args: string[]) => string> = {
    __timeFrom: () => instant(fromMs),
    __timeTo: () => instant(toMs),
    __timeFilter: (column) => `${column} BETWEEN ${instant(fromMs)} AND ${instant(toMs)}`,
  }
  const sent = sql
    .replaceAll(/\$\{(\w+):(\w+)\}/g, (_, name: string, format: string) => {
      const [values, write] = [variables[name], formats[format]]
      if (!values || !write) throw new Error(`no variable or format \${${name}:${format}}`)
      return write(values)
    })
    .replaceAll('$__interval_ms', String(intervalMs))
    .replaceAll(/\$([_a-zA-Z0-9]+)\(([^)]*)\)/g, (_, name: string, args: string) => {
      const macro = macros[name]
      if (!macro) throw new Error(`no macro $${name}`)
      return macro(...args.split(',').map((arg) => arg.trim()))
    })
  if (sent.includes('$')) throw new Error(`left as it is: ${/\$\S*/.exec(sent)?.[0]}`)
  return sent
}
