import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fleetJsonSchema } from './fleet-document/schema.ts';
import { describeCommands } from './serve/control.ts';
import { functionsJsonSchema } from './serve/functions/schema.ts';
import { createSimulator } from './simulator.ts';
import { durationsTable, limitsTable, switchesTable } from './timing-tables.ts';
import type { SimulatedService } from './wire/service.ts';

const PAGE = 'docs/simulator.md';

/** The simulator's documents that are made from the code, by their paths. Its page is written by hand around its tables. */
export function makeSimulatorDocuments(): Readonly<Record<string, string>> {
  const tables = {
    operations: operationsTable,
    commands: commandsTable,
    durations: durationsTable,
    limits: limitsTable,
    switches: switchesTable,
  };
  const page = readFileSync(path.resolve(import.meta.dirname, '..', PAGE), 'utf8');
  return {
    'docs/fleet.schema.json': `${JSON.stringify(fleetJsonSchema(), undefined, 2)}\n`,
    'docs/functions.schema.json': `${JSON.stringify(functionsJsonSchema(), undefined, 2)}\n`,
    [PAGE]: Object.entries(tables).reduce((text, [name, make]) => withTable(text, name, make()), page),
  };
}

/** Replaces what stands between a pair of comments. */
function withTable(page: string, name: string, table: string): string {
  const [start, end] = [`<!-- ${name}: made by \`npm run docs\` -->`, `<!-- end of ${name} -->`];
  const [before, rest] = page.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${PAGE} has no place for the table of ${name}`);
  return `${before}${start}\n\n${table}\n\n${end}${after}`;
}

const PROTOCOLS: Readonly<Record<SimulatedService['protocol'], string>> = {
  awsJson1_0: 'JSON 1.0',
  awsJson1_1: 'JSON 1.1',
  awsQuery: 'query',
  ec2Query: 'query (EC2)',
  restJson1: 'REST JSON',
};

function operationsTable(): string {
  const rows = createSimulator({ seed: 1 }).services.map(({ name, operations, budgets = [], ...spoken }) => {
    const list = Object.keys(operations)
      .sort()
      .map((operation) => {
        const budget = budgets.find((one) => one.operations.includes(operation));
        return budget === undefined ? operation : `${operation} (${budget.burst} / ${budget.perSecond})`;
      })
      .join(', ');
    const protocols = [spoken.protocol, ...(spoken.otherProtocols ?? [])].map((protocol) => PROTOCOLS[protocol]);
    return `| \`${name}\` | ${protocols.join(', ')} | ${list} |`;
  });
  return ['| service | protocol | operations (request budget: burst / per second) |', '|---|---|---|', ...rows].join(
    '\n',
  );
}

function commandsTable(): string {
  const rows = describeCommands().map(({ name, description, input: { properties = {}, required = [] } }) => {
    const fields = Object.keys(properties).map((field) => `\`${field}\`${required.includes(field) ? '' : '?'}`);
    return `| \`${name}\` | ${fields.join(', ')} | ${description} |`;
  });
  return ['| command | fields (?: may be left out) | what it does |', '|---|---|---|', ...rows].join('\n');
}
