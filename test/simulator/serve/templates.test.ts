import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { ServeOptions } from '../../../cli/serve/options.ts';
import { StartError, start } from '../../../cli/serve/start.ts';
import { FleetDocumentError } from '../../../simulator/fleet-document/parse.ts';

/** What `serve` makes of templates and functions, and what it says of wrong ones. */

const SAM = 'docs/examples/sam-drainer.yml';
const directory = mkdtempSync(path.join(tmpdir(), 'templates-'));
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const location = path.join(directory, name);
  writeFileSync(location, text);
  return location;
}

const DEFAULTS: ServeOptions = {
  port: 0,
  stepped: true,
  seed: 1,
  speed: 1,
  parameter: new Map(),
  code: new Map(),
  function: new Map(),
  existing: new Map(),
};

/** What `start` says of options that cannot be served. */
function refusal(options: Partial<ServeOptions>): Promise<string> {
  return start({ ...DEFAULTS, ...options }).then(
    async ({ server }) => {
      await server.close();
      return 'nothing was wrong';
    },
    (error: unknown) => {
      if (error instanceof StartError || error instanceof FleetDocumentError) return error.message;
      throw error;
    },
  );
}

function failing(...options: string[]): Promise<{ readonly code: number; readonly stderr: string }> {
  return new Promise((resolve) => {
    const args = ['cli/simulator.ts', 'serve', '--port', '0', '--stepped', ...options];
    execFile(process.execPath, args, (error, _, stderr) => resolve({ code: Number(error?.code ?? 0), stderr }));
  });
}

/** Serves until `until` is said, on either output. */
async function serving(until: string, ...options: string[]): Promise<string> {
  const child = spawn(process.execPath, ['cli/simulator.ts', 'serve', '--port', '0', '--stepped', ...options]);
  started.push(child);
  let text = '';
  return new Promise((resolve) => {
    const add = (chunk: Buffer) => {
      text += chunk;
      if (text.includes(until)) resolve(text);
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.on('exit', () => resolve(text));
  });
}

const HANDLER = 'exports.handler = async () => "hello from the code";';

const PLAIN = `
Parameters: { Queue: { Type: String } }
Resources:
  Tell:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: tell
      Runtime: nodejs22.x
      Handler: index.handler
      Code: { S3Bucket: somewhere, S3Key: a/b/tell.zip }
      Role: !GetAtt Role.Arn
      Environment: { Variables: { API: !Ref Api, QUEUE: !Ref Queue } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Action: sts:AssumeRole, Principal: { Service: lambda.amazonaws.com } }]
  Api: { Type: AWS::ApiGateway::RestApi }
`;

const CLUSTER = new Map([['Cluster', 'prod']]);
const QUEUE = new Map([['Queue', 'q']]);
const program = { kind: 'command', argv: ['true'], directory: '.' } as const;

const wrong: [what: string, options: () => Partial<ServeOptions>, message: string | RegExp][] = [
  [
    'parameters, all at once',
    () => ({
      template: SAM,
      parameter: new Map([
        ['Colour', 'red'],
        ['Hook', 'a b'],
      ]),
    }),
    `${SAM} cannot be deployed: Parameters: Colour is not a parameter of the template; Cluster has no value; Hook must not be "a b": it does not match [A-Za-z0-9_/-]+`,
  ],
  [
    'a runtime of which nothing is said',
    () => ({ template: SAM, parameter: CLUSTER }),
    /^docs\/examples\/sam-drainer\.yml cannot be deployed: Drainer \(AWS::Lambda::Function\): The simulator runs nodejs18\.x, .* itself, not python3\.13: --function Drainer=http:\/\/\.\.\. or --function Drainer=COMMAND says what runs instead$/,
  ],
  [
    'a function that no template has',
    () => ({
      template: SAM,
      parameter: CLUSTER,
      function: new Map([
        ['Drainer', program],
        ['Other', program],
      ]),
    }),
    'Other: no function of a template has this name',
  ],
  [
    'resources that are not modelled',
    () => ({ template: file('plain.yml', PLAIN), parameter: QUEUE }),
    /plain\.yml cannot be deployed: the simulator has no such resource type: Api \(AWS::ApiGateway::RestApi\); --skip-unmodelled leaves it out$/,
  ],
  [
    'code that is nowhere',
    () => ({ template: file('plain.yml', PLAIN), parameter: QUEUE, skipUnmodelled: true }),
    /Tell \(AWS::Lambda::Function\): There is no artifact tell\.zip in .*; --code Tell=PATH says where the code lies$/,
  ],
  [
    'a template that is no YAML',
    () => ({ template: file('bad.yml', 'a: [') }),
    /bad\.yml:1: Flow sequence in block collection/,
  ],
  ['a template that is not there', () => ({ template: 'none.yml' }), /^none\.yml cannot be read: ENOENT/],
  [
    'a functions document, in all its lines',
    () => ({
      functions: file(
        'f.yml',
        'functions:\n  - name: a b\n    http: nowhere\n    events: [{ schedule: often }, {}]\n  - { name: c, comand: [x] }\n',
      ),
    }),
    new RegExp(
      [
        'f.yml:2: functions\\[0\\].name: up to 64 letters, digits, hyphens and underscores',
        'f.yml:3: functions\\[0\\].http: must be an http or https address',
        'f.yml:4: functions\\[0\\].events\\[0\\].schedule: Parameter ScheduleExpression is not valid.',
        'f.yml:4: functions\\[0\\].events\\[1\\]: needs one of pattern, schedule, queue and topic',
        'f.yml:5: functions\\[1\\].comand: there is no such field',
      ].join('\\n.*'),
    ),
  ],
];

test.each(wrong)('%s: told', async (_what, options, message) => {
  const said = await refusal(options());
  if (typeof message === 'string') expect(said).toBe(message);
  else expect(said).toMatch(message);
});

test('what is wrong is a line without a stack, with an exit code', async () => {
  const template = await failing('--template', SAM, '--parameter', 'Cluster=prod');
  expect(template).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^docs\/examples\/sam-drainer\.yml [^\n]*\n$/),
  });
  const option = await failing('--parameter', 'Cluster');
  expect(option).toMatchObject({ code: 2, stderr: expect.stringContaining('NAME=VALUE is expected') });
});

test('code lies where it is said, and what is left out is told', async () => {
  file('index.js', HANDLER);
  const options = ['--template', file('plain.yml', PLAIN), '--parameter', 'Queue=q', '--skip-unmodelled'];
  const text = await serving('Ctrl-C', ...options, '--code', `Tell=${directory}`);
  expect(text).toMatch(/plain\.yml: left out: Api \(AWS::ApiGateway::RestApi\)\n/);
  expect(text).toMatch(/plain\.yml: left out: a part of Tell \(AWS::Lambda::Function\), which refers to Api\n/);
  expect(text).toContain('Serving account');
});

test('a program stands in for a function of a template, with its events and environment', async () => {
  const fleet = file('fleet.yml', 'clusters: [{ name: prod, groups: [{ name: web, desired: 1 }] }]');
  const bound = `Drainer="${process.execPath}" -e "console.error(process.env.CLUSTER, process.env.DAEMONS); console.log(7)"`;
  const options = ['--fleet', fleet, '--template', SAM, '--parameter', 'Cluster=prod', '--function', bound];
  const text = await serving('-> 7', ...options);
  expect(text).toMatch(/^\d\d:\d\d:\d\d\.\d{3} ebbtide-Drainer-\w+ [0-9a-f]{8} <- Scheduled Event \(aws\.events\)$/m);
  expect(text).toMatch(/ \| prod service:log-router$/m);
});
