import type { FunctionUse } from '../measures/calls.ts';
import type { Report } from '../report.ts';
import { type Column, table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { count, hanging, wrap } from './text.ts';

/** The calls by operation and function, and what a sweep costs. */
export function callLines({ calls }: Report, { paint }: Terminal, width: number): string[] {
  const { total, functions, otherEvents, sweep } = calls;
  const names = functions.map(({ functionName }) => shortName(functionName));
  const initials = names.map((name) => initialOf(name, names));
  const quietCalls = sweep.quiet.reduce((sum, operation) => sum + operation.calls, 0);
  return [
    ...wrap(names.map((name, index) => `${initials[index]}=${name}`).join('  '), width),
    ...table(callColumns(functions, initials), callRows(functions), paint),
    '',
    ...hanging(
      '',
      `With nothing wrong in the two clusters, a sweep makes ${count(quietCalls, 'call')}: ` +
        `${sweep.quiet.map((operation) => `${operation.operation} ${operation.calls}`).join(', ')}. ` +
        `On average each of the ${sweep.sweeps} made ${sweep.standingCalls.toFixed(1)} that concern no drain.`,
      width,
    ),
    ...hanging(
      '',
      `${count(otherEvents, 'call')} for events that concern no drain; ${count(total, 'call')} in all.`,
      width,
    ),
  ];
}

interface CallRow {
  readonly name: string;
  readonly total: number | undefined;
  /** In the order of the functions; none in the heading of a service. */
  readonly amounts: readonly number[];
}

function callRows(functions: readonly FunctionUse[]): CallRow[] {
  const row = (name: string, amountOf: (use: FunctionUse) => number) => {
    const amounts = functions.map(amountOf);
    return { name, amounts, total: amounts.reduce((sum, amount) => sum + amount, 0) };
  };
  const callsOf = (use: FunctionUse, name: string) => use.operations.find((o) => o.operation === name)?.calls ?? 0;
  const operations = new Set(functions.flatMap((use) => use.operations.map(({ operation }) => operation)));
  const services = Map.groupBy([...operations].sort(), (operation) => operation.slice(0, operation.indexOf(':')));
  return [
    ...[...services].flatMap(([service, names]) => [
      { name: service, amounts: [], total: undefined },
      ...names.map((name) => row(`  ${name.slice(service.length + 1)}`, (use) => callsOf(use, name))),
    ]),
    row('all calls', ({ calls }) => calls),
    row('invocations', ({ invocations }) => invocations),
  ];
}

function callColumns(functions: readonly FunctionUse[], initials: readonly string[]): Column<CallRow>[] {
  const number = (amount: number | undefined) =>
    amount === undefined ? '' : amount === 0 ? '.' : amount.toLocaleString('en');
  const isOperation = ({ name }: CallRow) => name.startsWith(' ');
  return [
    { title: 'operation', text: ({ name }) => name, style: (row) => (isOperation(row) ? undefined : 'strong') },
    ...functions.map((_use, index): Column<CallRow> => {
      return { title: initials[index] ?? '', align: 'right', text: ({ amounts }) => number(amounts[index]) };
    }),
    { title: 'all', align: 'right', text: ({ total }) => number(total) },
  ];
}

/** As many letters as tell a name from the others. */
function initialOf(name: string, names: readonly string[]): string {
  let length = 1;
  while (names.some((other) => other !== name && other.startsWith(name.slice(0, length)))) length++;
  return name.slice(0, length);
}

/** Without the names of the stack and the stage in front. */
export function shortName(functionName: string): string {
  return functionName.slice(functionName.lastIndexOf('-') + 1);
}
