import type { Paint, Style } from './terminal.ts';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly text: (row: Row) => string;
  readonly style?: (row: Row) => Style | undefined;
}

/** Lines of a table without borders, as wide as its longest texts, two spaces between the columns. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], paint: Paint): string[] {
  const widths = columns.map((column) => Math.max(column.title.length, ...rows.map((row) => column.text(row).length)));
  const line = (cell: (column: Column<Row>, padded: (text: string) => string) => string) =>
    columns
      .map((column, index) => {
        const width = widths[index] ?? 0;
        return cell(column, (text) => (column.align === 'right' ? text.padStart(width) : text.padEnd(width)));
      })
      .join('  ')
      .trimEnd();
  return [
    line((column, padded) => paint('quiet', padded(column.title))),
    ...rows.map((row) =>
      line((column, padded) => {
        const style = column.style?.(row);
        const text = padded(column.text(row));
        return style === undefined ? text : paint(style, text);
      }),
    ),
  ];
}
