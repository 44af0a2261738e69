/**
 * How the console looks: the library's theme with what contrast asks for.
 * Gives a theme for light and dark. Text that steps back keeps 4.5 : 1 against its ground (WCAG 2.2, 1.4.3).
 */
import { createTheme, type CSSVariablesResolver } from '@mantine/core'

/** The theme. */
export const theme = createTheme({
  primaryColor: 'violet',
  primaryShade: { light: 7, dark: 8 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  cursorType: 'pointer',
  defaultRadius: 'md',
})

/** Variables that differ from the theme's own. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-dimmed': '#56606a', '--mantine-color-placeholder': '#6a737b' },
  dark: { '--mantine-color-dimmed': '#a6adb4', '--mantine-color-placeholder': '#8f979e' },
})
