import type {
  DeleteParameterCommandInput,
  GetParameterCommandInput,
  GetParametersByPathCommandInput,
  GetParametersCommandInput,
  PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import type { Kernel } from '../../kernel/kernel.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation } from '../../wire/service.ts';
import { refuseUnmodelled } from '../unmodelled.ts';
import { pageAt } from './pages.ts';
import { publicParameters } from './public-parameters.ts';

/** One version of a parameter. */
export interface ParameterVersion {
  readonly type: 'String' | 'StringList';
  readonly value: string;
  readonly changedAtMs: number;
}

const PAGE_MAX = 10;
/** Of the standard tier ("Managing parameter tiers"). */
const VALUE_MAX = 4_096;
const UNMODELLED = ['KeyId', 'AllowedPattern', 'Policies', 'Tags'];

/** Parameter Store, with the public parameters of the AMIs that the simulated hosts run. */
export function parameterOperations(kernel: Kernel): Record<string, Operation> {
  const { region, accountId } = kernel.place;
  const versions = new Map<string, readonly ParameterVersion[]>(publicParameters(kernel.clock.now()));
  // Parameters of AWS belong to no account.
  const arnOf = (name: string) =>
    `arn:aws:ssm:${region}:${name.startsWith('/aws/') ? '' : accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`;

  /** @param selected a name, perhaps with `:version` */
  const find = (selected: string): object | undefined => {
    const [name = '', selector] = selected.split(':');
    const known = versions.get(name);
    if (known === undefined) return undefined;
    const number = selector === undefined ? known.length : Number(selector);
    const version = known[number - 1];
    if (version === undefined) {
      throw new AwsError('ParameterVersionNotFound', `Systems Manager could not find version ${selector} of ${name}.`);
    }
    return {
      Name: name,
      Type: version.type,
      Value: version.value,
      Version: number,
      ...(selector !== undefined && { Selector: `:${selector}` }),
      LastModifiedDate: new Date(version.changedAtMs),
      ARN: arnOf(name),
      DataType: 'text',
    };
  };

  return {
    PutParameter: {
      authorize: ({ Name = '' }: PutParameterCommandInput) => ({ resources: [arnOf(Name)] }),
      run(input: PutParameterCommandInput) {
        const { Name: name = '' } = input;
        const known = versions.get(name) ?? [];
        const version = checkedVersion(input, known, kernel.clock.now());
        versions.set(name, [...known, version]);
        return { Version: known.length + 1, Tier: 'Standard' };
      },
    },
    GetParameter: {
      authorize: ({ Name = '' }: GetParameterCommandInput) => ({ resources: [arnOf(Name.split(':')[0] ?? '')] }),
      run({ Name = '' }: GetParameterCommandInput) {
        const Parameter = find(Name);
        if (Parameter === undefined) throw new AwsError('ParameterNotFound', '');
        return { Parameter };
      },
    },
    GetParameters: {
      authorize: ({ Names = [] }: GetParametersCommandInput) => ({
        resources: Names.map((name) => arnOf(name.split(':')[0] ?? '')),
      }),
      run({ Names = [] }: GetParametersCommandInput) {
        const found = Names.map((name) => ({
          name,
          parameter: versions.has(name.split(':')[0] ?? '') ? find(name) : undefined,
        }));
        return {
          Parameters: found.flatMap(({ parameter }) => parameter ?? []),
          InvalidParameters: found.flatMap(({ name, parameter }) => (parameter === undefined ? [name] : [])),
        };
      },
    },
    GetParametersByPath: {
      authorize: ({ Path = '' }: GetParametersByPathCommandInput) => ({ resources: [arnOf(Path)] }),
      run(input: GetParametersByPathCommandInput) {
        refuseUnmodelled(input, ['ParameterFilters'], 'ValidationException');
        const prefix = checkedPath(input.Path ?? '');
        const names = [...versions.keys()]
          .filter((name) => name.startsWith(prefix))
          .filter((name) => input.Recursive === true || !name.slice(prefix.length).includes('/'))
          .sort();
        const { items, token } = pageAt(names, { token: input.NextToken, size: input.MaxResults ?? PAGE_MAX });
        return { Parameters: items.map(find), ...token };
      },
    },
    DeleteParameter: {
      authorize: ({ Name = '' }: DeleteParameterCommandInput) => ({ resources: [arnOf(Name)] }),
      run({ Name = '' }: DeleteParameterCommandInput) {
        checkOwn(Name);
        if (!versions.delete(Name)) throw new AwsError('ParameterNotFound', '');
        return {};
      },
    },
  };
}

/** PutParameter and "About requirements and constraints for parameter names". */
function checkedVersion(
  input: PutParameterCommandInput,
  known: readonly ParameterVersion[],
  changedAtMs: number,
): ParameterVersion {
  const { Name: name = '', Value: value = '', Type: type = known.at(-1)?.type, Overwrite, Tier, DataType } = input;
  refuseUnmodelled(input, UNMODELLED, 'ValidationException');
  checkOwn(name);
  if (Tier !== undefined && Tier !== 'Standard') throw invalid(`The simulator does not model the tier ${Tier}`);
  if (DataType !== undefined && DataType !== 'text')
    throw invalid(`The simulator does not model the data type ${DataType}`);
  if (type === undefined) throw invalid('A parameter type is required when you create a parameter.');
  if (type === 'SecureString') throw invalid('The simulator does not model SecureString parameters');
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name) || (name.includes('/') && !name.startsWith('/'))) {
    throw invalid(
      'Parameter name must be a fully qualified name: only a mix of letters, numbers and the following 4 symbols .-_/ , with a leading / where there is one',
    );
  }
  if (value.length > VALUE_MAX) {
    throw invalid(`Standard tier parameters support a maximum parameter value of ${VALUE_MAX} characters.`);
  }
  if (known.length > 0 && Overwrite !== true) {
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  return { type, value, changedAtMs };
}

function checkOwn(name: string): void {
  if (/^\/aws(\/|$)/i.test(name)) {
    throw new AwsError('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw invalid('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  }
}

function checkedPath(path: string): string {
  if (!path.startsWith('/')) throw invalid('The parameter path must begin with a slash "/".');
  return path.endsWith('/') ? path : `${path}/`;
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
