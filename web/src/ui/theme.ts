import { type CSSVariablesResolver, createTheme, localStorageColorSchemeManager } from '@mantine/core'

/** The key is also read by public/first-paint.js. */
export const colorSchemeManager = localStorageColorSchemeManager({ key: 'plenum-theme' })

const fontFamily =
  "'Inter Variable', 'Noto Sans JP Variable', 'Hiragino Sans', 'Noto Sans CJK JP', system-ui, sans-serif"

export const theme = createTheme({
  fontFamily,
  headings: { fontFamily, fontWeight: '600' },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '24px', xl: '28px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '2px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  defaultRadius: 'md',
  primaryColor: 'accent',
  primaryShade: 6,
  colors: {
    // Of Mantine's own dark greys only those of fields and their borders are seen; the rest are tokens.
    dark: [
      '#e7eaed',
      '#b5bdc5',
      '#8f99a3',
      '#5c666f',
      '#3f4852',
      '#2a3037',
      '#1d2329',
      '#171b20',
      '#101317',
      '#0c0f12',
    ],
    accent: [
      '#eef4fc',
      '#d9e6f8',
      '#b3cdf1',
      '#8ab1e9',
      '#649ae2',
      '#3f80d6',
      '#1f5fbf',
      '#1a50a3',
      '#164286',
      '#10316a',
    ],
  },
  respectReducedMotion: true,
  cursorType: 'pointer',
  focusRing: 'never',
  components: {
    Menu: { defaultProps: { transitionProps: { duration: 80 }, shadow: 'md' } },
    Drawer: { defaultProps: { transitionProps: { duration: 120 } } },
    Modal: { defaultProps: { transitionProps: { duration: 80 } } },
  },
})

const tokens = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-bright': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-3)',
  '--mantine-color-placeholder': 'var(--ink-3)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-error': 'var(--critical)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-hover': 'var(--sunken)',
  '--mantine-color-default-border': 'var(--line-strong)',
}

/** Mantine's colours are those of tokens.css: one place to change. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({ variables: {}, light: tokens, dark: tokens })
