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
    .filter((name) => !(name in declared))
    .map((name) => `${name} is not a parameter of the template`);
  for (const [name, parameter] of Object.entries(declared)) {
    const value = given[name] ?? parameter.Default;
    if (value === undefined) problems.push(`${name} has no value`);
    else if (!isAllowed(parameter, String(value))) problems.push(`${name} must not be "${String(value)}"`);
    else values.set(name, typedValue(parameter, value));
  }
  if (problems.length > 0) throw new Error(`Parameters: ${problems.join('; ')}`);
  return values;
}

function isAllowed({ Type, AllowedValues, AllowedPattern }: TemplateParameter, value: string): boolean {
  if (Type === 'Number' && (value.trim() === '' || Number.isNaN(Number(value)))) return false;
  if (AllowedValues !== undefined && !AllowedValues.map(String).includes(value)) return false;
  return AllowedPattern === undefined || new RegExp(`^(?:${AllowedPattern})$`).test(value);
}

/** Numbers stay text, as `Ref` gives them; lists become lists. */
function typedValue({ Type }: TemplateParameter, value: unknown): unknown {
  const isList = Type === 'CommaDelimitedList' || Type.startsWith('List<');
  return isList
    ? String(value)
        .split(',')
        .map((item) => item.trim())
    : String(value);
}
