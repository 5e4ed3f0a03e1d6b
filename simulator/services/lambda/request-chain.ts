/** How often each function has been invoked because of one first event, by ARN. */
export type RequestChain = ReadonlyMap<string, number>;

/** "If your function is invoked approximately 16 times in the same chain of requests" (recursive loop detection). */
const INVOCATIONS_MAX = 16;

export const NO_CHAIN: RequestChain = new Map();

export function isRecursiveLoop(chain: RequestChain, functionArn: string): boolean {
  return (chain.get(functionArn) ?? 0) >= INVOCATIONS_MAX;
}

export function oneMore(chain: RequestChain, functionArn: string): RequestChain {
  return new Map([...chain, [functionArn, (chain.get(functionArn) ?? 0) + 1]]);
}
