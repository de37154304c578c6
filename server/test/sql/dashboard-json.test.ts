import assert from 'node:assert/strict'
import test from 'node:test'
import { dashboard, dashboardText } from './grafana.ts'

const { panels, templating } = dashboard
const source = { type: 'grafana-postgresql-datasource', uid: '${datasource}' }

test('it is of the last version of the classic schema, with a uid of its own', () => {
  assert.equal(dashboard.schemaVersion, 42)
  assert.match(dashboard.uid, /^[\w-]{1,40}$/)
})

test('panels have ids of their own and lie side by side within 24 columns, without holes in a row', () => {
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  const cells = new Set<string>()
  for (const { title, gridPos } of panels) {
    const { x, y, w, h } = gridPos
    assert.ok(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= 24, title)
    for (let row = y; row < y + h; row++) {
      for (let column = x; column < x + w; column++) {
        assert.ok(!cells.has(`${row} ${column}`), `${title} lies over another`)
        cells.add(`${row} ${column}`)
      }
    }
  }
  assert.equal(cells.size % 24, 0)
})

test('the data source is the variable, everywhere', () => {
  assert.deepEqual(
    templating.list.filter(({ type }) => type === 'datasource').map(({ name, query }) => [name, query]),
    [['datasource', source.type]],
  )
  for (const panel of panels) {
    assert.deepEqual(panel.datasource, source, panel.title)
    assert.ok(panel.targets.length > 0)
    for (const target of panel.targets) assert.deepEqual(target.datasource, source, panel.title)
    assert.ok(panel.targets.every(({ rawQuery, rawSql }) => rawQuery && rawSql))
  }
  for (const { type, name, datasource, query, definition } of templating.list) {
    if (type !== 'query') continue
    assert.deepEqual(datasource, source, name)
    assert.equal(query, definition, name)
  }
})

test('every variable used is defined before it is used by another, and every one is used', () => {
  const names = templating.list.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
  const used = [...dashboardText.matchAll(/\$\{(\w+)(?::\w+)?\}/g)].map(([, name]) => name as string)
  assert.deepEqual([...new Set(used)].sort(), names.toSorted())
  templating.list.forEach(({ query }, i) => {
    for (const [, name] of query.matchAll(/\$\{(\w+)/g)) assert.ok(names.indexOf(name as string) < i, query)
  })
})
