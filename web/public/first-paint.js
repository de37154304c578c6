// Sets theme and language before anything is drawn, so that neither flashes.
// The keys are those of src/ui/theme.ts and src/platform/language.ts.
;(() => {
  let theme = 'auto'
  let language = null
  try {
    theme = localStorage.getItem('plenum-theme') || 'auto'
    language = localStorage.getItem('plenum-language')
  } catch {
    // Storage is blocked: the system's choices are used.
  }
  const dark = theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
  document.documentElement.lang = language || (/^ja\b/.test(navigator.language) ? 'ja' : 'en')
})()
