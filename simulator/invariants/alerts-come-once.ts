import { type Call, type Fact, idsIn } from './facts.ts';
import type { Check, Invariant } from './invariant.ts';

/** An alert's id is `<incident>#<state>`: what it tells its receivers, so that they can drop repeats. */
function incidentOf(id: string): string {
  return id.slice(0, id.lastIndexOf('#'));
}

/**
 * An alert may come again only where its sender could not know that it had been sent: the answer of its own publishing
 * was lost or late, or its function was killed before it could note it. SNS has no way to ask.
 */
export function alertsComeOnce(): Invariant {
  const sentIds = new Set<string>();
  /** Of each of its kinds: the drain for an interruption that never comes opens as both. */
  const statesByIncident = new Map<string, string[]>();
  const doubts = new Doubts();
  return {
    name: 'Each alert is sent once, unless its sender could not know; an incident is opened and resolved at most once, in that order',
    observe(fact, _ledger, check) {
      doubts.record(fact);
      if (fact.kind !== 'alert') return;
      for (const id of fact.ids) if (!(sentIds.has(id) && doubts.about(id))) judge(id, fact, check);
    },
  };

  function judge(id: string, { state, about }: Fact & { readonly kind: 'alert' }, check: Check): void {
    const earlier = statesByIncident.get(incidentOf(id)) ?? [];
    check(!sentIds.has(id), `the alert ${id} was sent twice`, [id]);
    if (state === 'opened') check(!earlier.includes(`${about} opened`), `${id} opens what is open`, [id]);
    if (state === 'resolved') {
      const isOpen = earlier.some((one) => one.endsWith('opened')) && !earlier.includes(`${about} resolved`);
      check(isOpen, `${id} resolves what is not open`, [id]);
    }
    sentIds.add(id);
    statesByIncident.set(incidentOf(id), [...earlier, `${about} ${state}`]);
  }
}

/** The alerts whose senders may not know that they were sent. */
class Doubts {
  readonly #doubted = new Set<string>();
  readonly #idsByInvocation = new Map<string, string[]>();

  record(fact: Fact): void {
    if (fact.kind === 'call' && fact.operation === 'Publish' && fact.errorCode === undefined) this.#recordPublish(fact);
    if (fact.kind !== 'invocation') return;
    if (fact.failure !== undefined)
      for (const id of this.#idsByInvocation.get(fact.requestId) ?? []) this.#doubted.add(id);
    this.#idsByInvocation.delete(fact.requestId);
  }

  about(id: string): boolean {
    return this.#doubted.has(id);
  }

  #recordPublish({ input, requestId = '', isAnswerDoubtful = false }: Call): void {
    const attributes = input.MessageAttributes as Record<string, { readonly StringValue?: string }> | undefined;
    const ids = idsIn({ id: attributes?.id?.StringValue, ids: attributes?.ids?.StringValue });
    if (isAnswerDoubtful) for (const id of ids) this.#doubted.add(id);
    this.#idsByInvocation.set(requestId, [...(this.#idsByInvocation.get(requestId) ?? []), ...ids]);
  }
}
