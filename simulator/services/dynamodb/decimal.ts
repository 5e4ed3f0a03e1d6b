import { validationError } from './errors.ts';

/** An exact decimal number, `digits * 10 ** exponent`; digits do not end in zero, so equal numbers look alike. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** "Naming rules and data types", Number: 38 digits of precision, magnitudes from 1E-130 to 9.99...E+125. */
const DIGITS_MAX = 38;
const EXPONENT_MAX = 125;
const EXPONENT_MIN = -130;

/** Parses a number as DynamoDB accepts it. */
export function parseDecimal(text: string): Decimal {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (match === null || whole + fraction === '') {
    throw validationError(`The parameter cannot be converted to a numeric value${text === '' ? '' : `: ${text}`}`);
  }
  const magnitude = BigInt(whole + fraction);
  return inLimits(normalise(sign === '-' ? -magnitude : magnitude, Number(exponent) - fraction.length));
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return inLimits(normalise(scaled(a, exponent) + scaled(b, exponent), exponent));
}

export function negate({ digits, exponent }: Decimal): Decimal {
  return { digits: -digits, exponent };
}

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const exponent = Math.min(a.exponent, b.exponent);
  const difference = scaled(a, exponent) - scaled(b, exponent);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** Plain notation without an exponent, as DynamoDB returns numbers. */
export function formatDecimal({ digits, exponent }: Decimal): string {
  const sign = digits < 0n ? '-' : '';
  const text = String(digits < 0n ? -digits : digits);
  if (exponent >= 0) return `${sign}${text}${'0'.repeat(exponent)}`;
  const padded = text.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

export function digitCount({ digits }: Decimal): number {
  return String(digits < 0n ? -digits : digits).length;
}

function scaled({ digits, exponent }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to);
}

function normalise(digits: bigint, exponent: number): Decimal {
  if (digits === 0n) return { digits: 0n, exponent: 0 };
  const zeros = /0*$/.exec(String(digits))?.[0].length ?? 0;
  return { digits: digits / 10n ** BigInt(zeros), exponent: exponent + zeros };
}

function inLimits(value: Decimal): Decimal {
  if (value.digits === 0n) return value;
  const count = digitCount(value);
  const magnitude = value.exponent + count - 1;
  if (magnitude > EXPONENT_MAX) {
    throw validationError('Number overflow. Attempting to store a number with magnitude larger than supported range');
  }
  if (magnitude < EXPONENT_MIN) {
    throw validationError('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  }
  if (count > DIGITS_MAX) {
    throw validationError('Attempting to store more than 38 significant digits in a Number');
  }
  return value;
}
