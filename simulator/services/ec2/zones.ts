import type { FleetContext } from '../fleet-context.ts';

const LETTERS = ['a', 'b', 'c'] as const;

export interface Zone {
  readonly name: string;
  readonly id: string;
}

/** The Availability Zones of the world's region. */
export function zonesOf({ kernel: { place } }: FleetContext): Zone[] {
  const { region } = place;
  return LETTERS.map((letter, index) => ({ name: `${region}${letter}`, id: `${shortName(region)}-az${index + 1}` }));
}

/** `eu-central-1` -> `euc1`, `ap-southeast-2` -> `apse2` (Availability Zone IDs, EC2 User Guide). */
function shortName(region: string): string {
  const [area = '', direction = '', number = ''] = region.split('-');
  const initials = direction.replace(/^(north|south|central|east|west)(east|west)?$/, (_, first: string, second = '') =>
    [first, second as string].map((word) => word.charAt(0)).join(''),
  );
  return `${area}${initials}${number}`;
}
