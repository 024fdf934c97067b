import {
  type CSSVariablesResolver,
  type MantineColorsTuple,
  createTheme,
  defaultVariantColorsResolver,
} from '@mantine/core';

/** The brand's blue; shade 7 on white and shade 4 on the dark page have at least 4.5:1 (test/web/contrast.test.ts). */
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
  primaryShade: { light: 7, dark: 4 },
  colors: { ink },
  autoContrast: true,
  luminanceThreshold: 0.25,
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SFMono-Regular", Menlo, "Liberation Mono", monospace',
  // The library picks a filled button's text for the light scheme only; in the dark one it would be white on pale blue.
  variantColorResolver: (input) => {
    const colours = defaultVariantColorsResolver(input);
    const primary = input.variant === 'filled' && (input.color ?? 'ink') === 'ink';
    // White on its red, and its red on the page, are below 4.5:1.
    if (input.color === 'red' && input.variant === 'filled')
      return { ...colours, background: '#b3261e', hover: '#981f18', color: '#fff' };
    if (input.color === 'red' && input.variant === 'outline')
      return { ...colours, color: 'var(--mantine-color-error)', border: '1px solid currentcolor' };
    return primary ? { ...colours, color: 'var(--mantine-primary-color-contrast)' } : colours;
  },
  // A link inside text must not be told by its colour alone (WCAG 1.4.1).
  components: {
    Anchor: { defaultProps: { underline: 'always' } },
    // The words of a state are written as they are everywhere else.
    Badge: { defaultProps: { tt: 'none' } },
  },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
});

/** Colours as text on light grounds: the library's own shades are too pale for 4.5:1 there. */
const LIGHT_TEXT = {
  red: '#a3201a',
  orange: '#8f3d00',
  yellow: '#704b00',
  green: '#1b6429',
  blue: '#1257a5',
  teal: '#045f54',
};

/** Tinted grounds in the dark, plain and hovered: the library's own are a navy darker than the page, and a glaring brick red. */
const DARK_GROUND: Record<string, readonly [string, string]> = {
  gray: ['#3a3f47', '#454b54'],
  ink: ['#1c3350', '#23405f'],
  blue: ['#21334c', '#294060'],
  red: ['#4a211e', '#592926'],
  orange: ['#46290f', '#553214'],
  yellow: ['#3d3410', '#4a4016'],
  green: ['#173826', '#1d4530'],
};

/** Tokens whose defaults fail WCAG AA; test/web/contrast.test.ts measures all that the app writes with. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5a6270',
    '--mantine-color-placeholder': '#667080',
    '--mantine-color-error': '#a3201a',
    '--mantine-color-anchor': '#1d4f91',
    '--mantine-color-default-border': '#868e99',
    ...Object.fromEntries(
      Object.entries(LIGHT_TEXT).flatMap(([name, value]) => [
        [`--mantine-color-${name}-text`, value],
        [`--mantine-color-${name}-light-color`, value],
      ]),
    ),
  },
  dark: {
    '--mantine-color-dimmed': '#a6adba',
    '--mantine-color-placeholder': '#a0a8b5',
    '--mantine-color-error': '#ff9a92',
    '--mantine-color-anchor': '#8ab4e5',
    '--mantine-color-default-border': '#7a828f',
    ...Object.fromEntries(
      Object.entries(DARK_GROUND).flatMap(([name, [ground, hover]]) => [
        [`--mantine-color-${name}-light`, ground],
        [`--mantine-color-${name}-light-hover`, hover],
      ]),
    ),
  },
});
