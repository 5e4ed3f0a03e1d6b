import { ConfigurationError } from '../../../shared/config/config.ts';

/** All that is found wrong with a configuration; any other error is thrown. */
export function problemsOf(parse: () => unknown): readonly string[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}
