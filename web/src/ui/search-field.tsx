import { TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'

interface SearchFieldProps {
  label: string
  /** What the address has. */
  value: string
  /** Long enough to type a word without the address changing at every letter. */
  pauseMs: number
  className?: string | undefined
  onChange: (value: string) => void
}

/** Text that filters a page, kept in its address. */
export const SearchField = ({ label, value, pauseMs, className = '', onChange }: SearchFieldProps) => {
  const [text, setText] = useState(value)
  const published = useRef(value)
  const publish = useDebouncedCallback((next: string) => {
    published.current = next
    onChange(next)
  }, pauseMs)
  // Only an address that changed by itself (a link, the back button, "remove all filters") is taken over; one's own
  // change comes back late and would undo what was typed since.
  useEffect(() => {
    if (value !== published.current) setText(value)
    published.current = value
  }, [value])
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      className={className}
      maxLength={200}
      leftSection={<IconSearch size={16} stroke={1.5} aria-hidden />}
      value={text}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value)
        publish(currentTarget.value.trim())
      }}
    />
  )
}
