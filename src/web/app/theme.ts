import { type CSSVariablesResolver, type MantineColorsTuple, createTheme } from '@mantine/core';

/** The brand's blue; shade 7 on white and shade 3 on the dark page have at least 4.5:1 (test/web/contrast.test.ts). */
const ink: MantineColorsTuple = [
  '#eef4fc',
  '#dce8f7',
  '#b4cfee',
  '#8ab4e5',
  '#659cdc',
  '#3f7fc9',
  '#2a67b0',
  '#1d4f91',
  '#173f74',
  '#112f57',
];

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 6 },
  colors: { ink },
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SFMono-Regular", Menlo, "Liberation Mono", monospace',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
});

/** Mantine's dimmed text and its light-variant text fail WCAG AA on these backgrounds; these do not. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5a6270',
    '--mantine-color-placeholder': '#667080',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-anchor': '#1d4f91',
    '--mantine-color-default-border': '#868e99',
  },
  dark: {
    '--mantine-color-dimmed': '#a6adba',
    '--mantine-color-placeholder': '#98a0ae',
    '--mantine-color-error': '#ff9a92',
    '--mantine-color-anchor': '#8ab4e5',
    '--mantine-color-default-border': '#7a828f',
  },
});
