import { Button, Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Span } from './time-range.ts'

interface ExportMenuProps {
  sensorIds: readonly number[]
  span: Span
}

const formats = { csv: 'explorer.exportCsv', parquet: 'explorer.exportParquet' } as const

/** The browser takes the stream straight to the disk: a year of raw readings does not go through this page. */
const addressOf = (sensorIds: readonly number[], { fromMs, toMs }: Span, format: string): string => {
  const search = new URLSearchParams(sensorIds.map((id) => ['sensor_id', String(id)]))
  search.set('from', new Date(fromMs).toISOString())
  search.set('to', new Date(toMs).toISOString())
  search.set('format', format)
  return `/api/export?${search}`
}

export const ExportMenu = ({ sensorIds, span }: ExportMenuProps) => {
  const { t } = useTranslation()
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="sm" leftSection={<IconDownload size={16} stroke={1.5} aria-hidden />}>
          {t('explorer.export')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(formats).map(([format, label]) => (
          <Menu.Item key={format} component="a" href={addressOf(sensorIds, span, format)} download>
            {t(label)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
