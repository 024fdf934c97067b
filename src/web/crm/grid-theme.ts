import { themeQuartz } from 'ag-grid-community';

/** The grid in the app's own colours: they are variables, so light and dark follow by themselves. */
export const gridTheme = themeQuartz.withParams({
  backgroundColor: 'var(--mantine-color-body)',
  foregroundColor: 'var(--mantine-color-text)',
  textColor: 'var(--mantine-color-text)',
  accentColor: 'var(--mantine-primary-color-filled)',
  borderColor: 'var(--mantine-color-default-border)',
  rowBorder: { color: 'color-mix(in srgb, var(--mantine-color-default-border) 40%, transparent)' },
  headerBackgroundColor: 'var(--mantine-color-default-hover)',
  headerTextColor: 'var(--mantine-color-text)',
  oddRowBackgroundColor: 'var(--mantine-color-body)',
  rowHoverColor: 'var(--mantine-color-default-hover)',
  selectedRowBackgroundColor: 'color-mix(in srgb, var(--mantine-primary-color-filled) 18%, transparent)',
  inputBackgroundColor: 'var(--mantine-color-body)',
  inputTextColor: 'var(--mantine-color-text)',
  inputBorder: { color: 'var(--mantine-color-default-border)' },
  checkboxUncheckedBorderColor: 'var(--mantine-color-default-border)',
  menuBackgroundColor: 'var(--mantine-color-body)',
  chromeBackgroundColor: 'var(--mantine-color-default-hover)',
  fontFamily: 'inherit',
  fontSize: 14,
  wrapperBorderRadius: 4,
  rowHeight: 36,
  headerHeight: 38,
  browserColorScheme: 'inherit',
});
