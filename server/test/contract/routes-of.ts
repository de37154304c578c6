import type { App } from '#platform'

export interface Route {
  method: string
  /** As declared: `/api/floors/:id`. */
  url: string
}

/** Every route of a running application, from the router itself. */
export function routesOf(app: App): Route[] {
  const parents: string[] = []
  return app
    .printRoutes()
    .split('\n')
    .flatMap((line) => {
      const found = /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?$/.exec(line)
      if (!found) return []
      const [, indent = '', part = '', methods = ''] = found
      const depth = indent.length / 4
      parents.length = depth
      const url = parents.join('') + part
      parents[depth] = part
      return methods === '' ? [] : methods.split(', ').map((method) => ({ method, url }))
    })
}

/** The address of a route with every parameter the same. */
export const addressOf = (url: string, parameter: string | number): string =>
  url.replaceAll(/:\w+/g, String(parameter)).replace('*', 'x')
