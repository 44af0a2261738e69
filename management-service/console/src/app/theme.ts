/**
 * How the console looks: the library's theme with what contrast asks for.
 * Gives a theme for light and dark. Text that steps back keeps 4.5 : 1 against its ground (WCAG 2.2, 1.4.3).
 */
import { createTheme, type CSSVariablesResolver } from '@mantine/core'

/** The library's button is a cross without a name. */
const closeButtonProps = { 'aria-label': 'Close' }

/** The theme. */
export const theme = createTheme({
  primaryColor: 'violet',
  primaryShade: { light: 7, dark: 8 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  cursorType: 'pointer',
  respectReducedMotion: true,
  defaultRadius: 'md',
  // By name, so that what few pages show is loaded with those.
  components: {
    Drawer: { defaultProps: { closeButtonProps } },
    Modal: { defaultProps: { closeButtonProps } },
    // The library's title has the colour of its notice, on a ground of the same colour.
    Alert: { styles: { title: { color: 'var(--mantine-color-text)' } } },
  },
})

/** Text on the light ground of a badge or notice, for colours whose own darkest shade is too light there. */
const onLight = {
  '--mantine-color-teal-light-color': '#06694b',
  '--mantine-color-green-light-color': '#1f6e30',
  '--mantine-color-orange-light-color': '#a33203',
  '--mantine-color-yellow-light-color': '#7d5200',
  '--mantine-color-red-light-color': '#b02525',
  '--mantine-color-blue-light-color': '#1259a3',
  '--mantine-color-gray-light-color': '#343a40',
}

/** Variables that differ from the theme's own. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#56606a',
    '--mantine-color-placeholder': '#6a737b',
    '--mantine-color-error': '#c92a2a',
    ...onLight,
  },
  dark: {
    '--mantine-color-dimmed': '#a6adb4',
    '--mantine-color-placeholder': '#8f979e',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-anchor': '#b197fc',
  },
})
