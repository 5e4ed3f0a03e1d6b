import { quote } from '../kernel/quote.ts';
import type { TemplateParameter } from './template.ts';

/**
 * The value of each parameter: what the deployer gives, else the default (CloudFormation User Guide, "CloudFormation
 * template Parameters syntax"). All problems are reported together.
 *
 * @throws Error for a parameter without a value, a value that is not allowed, or a name the template does not have
 */
export function parameterValues(
  declared: Readonly<Record<string, TemplateParameter>>,
  given: Readonly<Record<string, string>>,
): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  const problems = Object.keys(given)
    .filter((name) => !Object.hasOwn(declared, name))
    .map((name) => `${name} is not a parameter of the template`);
  for (const [name, parameter] of Object.entries(declared)) {
    const value = given[name] ?? parameter.Default;
    const problem =
      wrongShape(parameter) ??
      unmodelledType(parameter) ??
      (value === undefined ? 'has no value' : problemOf(parameter, String(value)));
    if (problem === undefined) values.set(name, typedValue(parameter, value));
    else problems.push(`${name} ${problem}`);
  }
  if (problems.length > 0) throw new Error(`Parameters: ${problems.join('; ')}`);
  return values;
}

/** What a parameter's attributes are made of; what they say is taken as it is. */
function wrongShape(parameter: TemplateParameter): string | undefined {
  for (const name of ['Type', 'AllowedPattern', 'ConstraintDescription'] as const) {
    const value: unknown = parameter[name];
    const isMissing = value === undefined && name !== 'Type';
    if (!isMissing && typeof value !== 'string') return `has the ${name} ${quote(value)}, which is no text`;
  }
  const { AllowedValues, AllowedPattern = '', Default = '' } = parameter;
  if (typeof Default === 'object') return `has the Default ${quote(Default)}, which is no text`;
  if (!Array.isArray(AllowedValues ?? [])) return `has the AllowedValues ${quote(AllowedValues)}, which are no list`;
  return isPattern(AllowedPattern) ? undefined : `has the AllowedPattern ${quote(AllowedPattern)}, which is no pattern`;
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) !== undefined;
  } catch {
    return false;
  }
}

/** Its value would be the name of a parameter of Systems Manager; to pass the name on for what it names would be wrong silently. */
function unmodelledType({ Type }: TemplateParameter): string | undefined {
  if (!Type.startsWith('AWS::SSM::Parameter::')) return undefined;
  return `is of type ${Type}, which the simulator does not read: make it a String, and give it the value itself`;
}

/** What is wrong with a value, in words; a list's items are checked each. */
function problemOf(parameter: TemplateParameter, value: string): string | undefined {
  const items = isList(parameter) ? itemsOf(value) : [value];
  for (const item of items) {
    const reason = reasonAgainst(parameter, item);
    if (reason === undefined) continue;
    const shown = parameter.NoEcho === true || parameter.NoEcho === 'true' ? 'what was given' : `"${item}"`;
    return `must not be ${shown}: ${parameter.ConstraintDescription ?? reason}`;
  }
  return undefined;
}

function reasonAgainst(parameter: TemplateParameter, value: string): string | undefined {
  const { Type, AllowedValues, AllowedPattern, MinLength, MaxLength, MinValue, MaxValue } = parameter;
  if (Type === 'Number' || Type === 'List<Number>') {
    const number = value.trim() === '' ? Number.NaN : Number(value);
    if (Number.isNaN(number)) return 'it is no number';
    if (number < Number(MinValue ?? number)) return `the smallest value is ${MinValue}`;
    if (number > Number(MaxValue ?? number)) return `the largest value is ${MaxValue}`;
  }
  if (value.length < Number(MinLength ?? 0)) return `it needs at least ${MinLength} characters`;
  if (value.length > Number(MaxLength ?? value.length)) return `it may have at most ${MaxLength} characters`;
  if (AllowedValues !== undefined && !AllowedValues.map(textOf).includes(value)) {
    return `allowed are ${AllowedValues.map(textOf).join(', ')}`;
  }
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
    return `it does not match ${AllowedPattern}`;
  }
  return undefined;
}

/** Numbers stay text, as `Ref` gives them; lists become lists. */
function typedValue(parameter: TemplateParameter, value: unknown): unknown {
  return isList(parameter) ? itemsOf(String(value)) : String(value);
}

function isList({ Type }: TemplateParameter): boolean {
  return Type === 'CommaDelimitedList' || Type.startsWith('List<');
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? quote(value) : String(value);
}

function itemsOf(value: string): string[] {
  return value.split(',').map((item) => item.trim());
}
