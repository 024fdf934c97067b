export interface Rgb {
  r: number;
  g: number;
  b: number;
}

const NAMED: Readonly<Record<string, number>> = {
  white: 0xffffff,
  black: 0x000000,
  red: 0xff0000,
  green: 0x008000,
  blue: 0x0000ff,
  yellow: 0xffff00,
  gray: 0x808080,
  grey: 0x808080,
  silver: 0xc0c0c0,
  maroon: 0x800000,
  navy: 0x000080,
  purple: 0x800080,
  teal: 0x008080,
  olive: 0x808000,
  lime: 0x00ff00,
  aqua: 0x00ffff,
  cyan: 0x00ffff,
  fuchsia: 0xff00ff,
  magenta: 0xff00ff,
  orange: 0xffa500,
  pink: 0xffc0cb,
  brown: 0xa52a2a,
  gold: 0xffd700,
  beige: 0xf5f5dc,
  ivory: 0xfffff0,
  snow: 0xfffafa,
  azure: 0xf0ffff,
  honeydew: 0xf0fff0,
  mintcream: 0xf5fffa,
  ghostwhite: 0xf8f8ff,
  floralwhite: 0xfffaf0,
  aliceblue: 0xf0f8ff,
  whitesmoke: 0xf5f5f5,
  seashell: 0xfff5ee,
  oldlace: 0xfdf5e6,
  linen: 0xfaf0e6,
  lavender: 0xe6e6fa,
  lavenderblush: 0xfff0f5,
  mistyrose: 0xffe4e1,
  cornsilk: 0xfff8dc,
  lightyellow: 0xffffe0,
  lightcyan: 0xe0ffff,
  gainsboro: 0xdcdcdc,
  lightgray: 0xd3d3d3,
  lightgrey: 0xd3d3d3,
  darkgray: 0xa9a9a9,
  darkgrey: 0xa9a9a9,
  dimgray: 0x696969,
  darkblue: 0x00008b,
  darkred: 0x8b0000,
  indigo: 0x4b0082,
};

/** A CSS or HTML colour (CSS Color 4). null where it is not known, e.g. `inherit` or a `var()`. */
export function parseColour(value: string): Rgb | 'transparent' | null {
  const text = value.trim().toLowerCase();
  if (text === 'transparent') return 'transparent';
  const named = Object.hasOwn(NAMED, text) ? NAMED[text] : undefined;
  if (named !== undefined) return fromHex(named);
  const hex = /^#?([0-9a-f]{3,8})$/.exec(text)?.[1];
  if (hex !== undefined) return parseHex(hex);
  const call = /^(rgb|hsl)a?\(([^()]{1,80})\)$/.exec(text);
  if (call === null) return null;
  const parts = (call[2] ?? '').split(/[\s,/]+/).filter((part) => part !== '');
  const numbers = parts.map((part) => Number.parseFloat(part));
  const [x = Number.NaN, y = Number.NaN, z = Number.NaN] = numbers;
  const alpha = numbers[3] === undefined ? 1 : parts[3]?.endsWith('%') ? numbers[3] / 100 : numbers[3];
  if (Number.isNaN(x + y + z)) return null;
  if (alpha <= 0.1) return 'transparent';
  if (call[1] === 'hsl') return fromHsl(x, y / 100, z / 100);
  const scale = parts[0]?.endsWith('%') ? 2.55 : 1;
  return { r: x * scale, g: y * scale, b: z * scale };
}

function parseHex(hex: string): Rgb | 'transparent' | null {
  const full = hex.length < 6 ? Array.from(hex, (c) => c + c).join('') : hex;
  if (full.length !== 6 && full.length !== 8) return null;
  if (full.length === 8 && Number.parseInt(full.slice(6), 16) <= 25) return 'transparent';
  return fromHex(Number.parseInt(full.slice(0, 6), 16));
}

function fromHex(n: number): Rgb {
  return { r: n >> 16, g: (n >> 8) & 0xff, b: n & 0xff };
}

function fromHsl(h: number, s: number, l: number): Rgb {
  const channel = (n: number) => {
    const k = (((n + h / 30) % 12) + 12) % 12;
    return 255 * (l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return { r: channel(0), g: channel(8), b: channel(4) };
}

/** WCAG 2 contrast ratio, 1 (the same) to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance({ r, g, b }: Rgb): number {
  const linear = (c: number) => {
    const s = Math.min(Math.max(c / 255, 0), 1);
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

const FONT_SIZES: Readonly<Record<string, number>> = {
  'xx-small': 9,
  'x-small': 10,
  small: 13,
  medium: 16,
  large: 18,
  'x-large': 24,
  'xx-large': 32,
};

const UNITS: Readonly<Record<string, number>> = {
  px: 1,
  pt: 4 / 3,
  pc: 16,
  in: 96,
  cm: 37.8,
  mm: 3.78,
  rem: 16,
  vw: 12,
  vh: 8,
};

/** A CSS length in pixels; `relative` is what `em` and `%` refer to. null where it is not known. */
export function parseLength(value: string, relative: number): number | null {
  const size = Object.hasOwn(FONT_SIZES, value) ? FONT_SIZES[value] : undefined;
  if (size !== undefined) return size;
  const match =
    /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,2})?)(px|pt|pc|in|cm|mm|rem|em|ex|ch|vw|vh|%)?$/.exec(value);
  if (match === null) return null;
  const number = Number(match[1]);
  const unit = match[2] ?? 'px';
  if (unit === 'em') return number * relative;
  if (unit === 'ex' || unit === 'ch') return (number * relative) / 2;
  if (unit === '%') return (number * relative) / 100;
  return number * (UNITS[unit] ?? 1);
}
