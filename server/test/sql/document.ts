import { readFileSync } from 'node:fs'

const text = readFileSync(new URL('../../../docs/sql.md', import.meta.url), 'utf8')

/** A block of SQL in docs/sql.md, and the heading it stands under. */
export interface Block {
  heading: string
  sql: string
}

/** Every block, `\copy` by the question in it. */
export const blocks: Block[] = []
let current = ''
for (const [, title, language, body] of text.matchAll(/^##+ (.+)$|^```(\w*)\n([\s\S]*?)^```$/gm)) {
  if (title !== undefined) current = title
  else if (language === 'sql') blocks.push({ heading: current, sql: body as string })
  else {
    const copied = /^\\copy \((.*)\) to '[^']+' with \(format csv, header\)\n$/.exec(body as string)?.[1]
    if (copied !== undefined) blocks.push({ heading: current, sql: copied })
  }
}

const roleHeading = 'A role that only reads'
export const examples = blocks.filter(({ heading }) => heading !== roleHeading)

/** The statements that make the role and give it its rights. */
export const roleStatements = blocks.filter(({ heading }) => heading === roleHeading).map(({ sql }) => sql)
