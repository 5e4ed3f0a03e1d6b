/** What a call is refused with, as `name: message`. A call that succeeds gives a text that no test expects. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'it succeeded',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}
