import type { FastifyInstance, RouteOptions } from 'fastify'

/** Knows which methods an address takes, so that the wrong one is told apart from the wrong address. */
export function createRouteTable(app: Pick<FastifyInstance, 'addHook'>) {
  const routes: { address: RegExp; methods: string[] }[] = []
  app.addHook('onRoute', ({ url, method }: RouteOptions) => {
    // A route for everything says nothing about any address.
    if (!url.endsWith('*')) routes.push({ address: patternOf(url), methods: [method].flat() })
  })
  return {
    /** Sorted; empty where nothing is at that address. */
    methodsOf(url: string): string[] {
      const [path = ''] = url.split('?')
      const methods = routes.filter(({ address }) => address.test(path)).flatMap((route) => route.methods)
      return [...new Set(methods)].sort()
    },
  }
}

const patternOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll(/[^\w-]/g, '\\$&')))
      .join('/')}$`,
  )
