import { AcquisitionHub, type AcquisitionStart } from '../base/acquisitions.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ClientCredentialsError } from '../base/errors.js';
import { EventHub, type TokenEvent } from '../base/events.js';
import { Shutdown } from '../base/shutdown.js';
import { StoreCircuit } from '../store/circuit-breaker.js';
import type { IssuanceBudget } from '../store/issuance-budget.js';
import { MemoryTokenStore } from '../store/memory-token-store.js';
import { AccessToken } from '../token/access-token.js';
import { attachmentIn, type Attachment, type AttachmentRules } from '../token/attachment.js';
import type { GrantContext, IssuedToken, TokenGrant } from '../token/issued-token.js';
import { RecentTokens } from '../token/recent-tokens.js';
import { RefusedTokens } from '../token/refused-tokens.js';
import { resolveRequest } from '../token/token-key.js';
import type { ClientContext } from './client-context.js';
import { ClientEntries } from './client-entries.js';
import { DisplacedTokens } from './displaced-tokens.js';
import { EntryTokenSource } from './entry-source.js';
import { BusyAwareLru } from './lru.js';
import { TokenEntry } from './token-entry.js';

const HOUR_MS = 3_600_000;

/** What the endpoint does with the next request. */
type Answer = Partial<IssuedToken> | Error | ((context: GrantContext) => Promise<Partial<IssuedToken>>);

/** A client with a scripted grant, on a clock of its own. */
class Client {
  at = Date.UTC(2030, 0, 1);
  readonly answers: Answer[] = [];
  readonly asked: GrantContext[] = [];
  readonly events: TokenEvent[] = [];
  readonly warnings: [topic: string, message: string][] = [];
  readonly store = new MemoryTokenStore();
  bindings = 0;
  reads = 0;
  writes = 0;
  readonly context: ClientContext;

  constructor(options: Partial<ClientContext> & { isBound?: boolean; isStored?: boolean } = {}) {
    const { isBound = false, isStored = false, ...more } = options;
    const clock = {
      now: () => this.at,
      instant: () => ({ at: this.at, monotonicMs: this.at }),
    };
    const grant: TokenGrant = {
      isBound,
      binding: async () => {
        this.bindings += 1;
        return isBound ? 'thumbprint' : undefined;
      },
      request: async (request, context) => {
        await context.beforeSend('https://id.example.com/token');
        this.asked.push(context);
        const requested = clock.instant();
        const answer = this.answers.shift() ?? {};
        if (answer instanceof Error) throw answer;
        const given = typeof answer === 'function' ? await answer(context) : answer;
        return {
          value: `token-${this.asked.length}`,
          type: 'Bearer',
          scopes: request.scopes,
          requested,
          lifetimeMs: HOUR_MS,
          ...(isBound && { boundTo: 'thumbprint' }),
          ...given,
        };
      },
    };
    const { store } = this;
    const counted = {
      get: (key: string) => {
        this.reads += 1;
        return store.get(key);
      },
      set: (key: string, value: string, ttlMs: number) => {
        this.writes += 1;
        return store.set(key, value, ttlMs);
      },
      delete: (key: string) => store.delete(key),
    };
    const identity = {
      provider: 'desk',
      tenant: undefined,
      server: 's',
      clientId: 'c',
      clientAuthentication: 'none',
      grantType: 'g',
    };
    const events = new EventHub();
    events.subscribe((event) => void this.events.push(event));
    this.context = {
      provider: 'desk',
      tenant: undefined,
      url: undefined,
      lifetime: {},
      timeoutMs: 10_000,
      cooldownMs: 30_000,
      lockMs: 1_000,
      budget: undefined,
      clock,
      random: () => 0.5,
      events,
      acquisitions: new AcquisitionHub(),
      grant,
      storedTokens: isStored
        ? {
            circuit: new StoreCircuit(counted),
            identity,
            staticSecret: undefined,
            forgottenKey: undefined,
            clock,
            onOutage: () => undefined,
            onUnreadable: () => undefined,
          }
        : undefined,
      accessTokens: { create: (issued) => new AccessToken(issued, 'Bearer') },
      warnOnce: (topic, message) => void this.warnings.push([topic, message]),
      shutdown: new Shutdown(),
      displacedTokens: new DisplacedTokens(),
      recentTokens: new RecentTokens(),
      refusedTokens: new RefusedTokens(),
      ...more,
    };
  }

  entry(scope = ''): TokenEntry {
    return new TokenEntry(this.context, resolveRequest({}, { scope }), scope);
  }

  /** The events without what most tests do not ask for. */
  get told(): string[] {
    return this.events.map((event) => ('reason' in event ? `${event.type} ${event.reason}` : event.type));
  }

  /** Waits until nothing of the store is pending. */
  async settled(): Promise<void> {
    await this.context.storedTokens?.circuit.drain();
  }
}

/** A request that is answered when the test says so. */
function held(): {
  answer: Answer;
  end: (given?: Partial<IssuedToken>) => void;
  fail: (error: Error) => void;
  pending: Promise<unknown>;
} {
  let [end, fail] = [(_given?: Partial<IssuedToken>): void => undefined, (_error: Error): void => undefined];
  const promise = new Promise<Partial<IssuedToken>>((resolve, reject) => {
    end = (given = {}) => resolve(given);
    fail = reject;
  });
  return { answer: () => promise, end, fail, pending: promise };
}

/** What an observer learns of the refreshes of a client. */
function observe(observed: Client): { start: AcquisitionStart; told: string[] }[] {
  const begun: { start: AcquisitionStart; told: string[] }[] = [];
  observed.context.acquisitions.observe({
    begin: (start) => {
      const told: string[] = [];
      begun.push({ start, told });
      return {
        refresh: (work) => (told.push('refresh'), work()),
        request: (work) => (told.push('request'), work()),
        sendTo: (url) => void told.push(`sendTo ${url}`),
        join: () => void told.push('join'),
        end: (code) => void told.push(code === undefined ? 'end' : `end ${code}`),
      };
    },
  });
  return begun;
}

const rejected = (): ClientCredentialsError =>
  new ClientCredentialsError('Rejected.', { code: 'token_request_rejected', provider: 'desk' });
const reasonOf = (given: unknown): Promise<unknown> =>
  Promise.resolve(given).then(
    () => 'no error',
    (error: unknown) => error,
  );

let client: Client;
beforeEach(() => {
  client = new Client();
});

describe('an entry', () => {
  it('gets a token once for all callers, and serves it from then on', async () => {
    const entry = client.entry('read');
    const first = held();
    client.answers.push(first.answer);
    const callers = [entry.get(), entry.get()];
    const whileBusy = entry.isBusy;
    await new Promise(setImmediate);
    client.at += 250;
    first.end();

    const [token, same] = [await callers[0], await callers[1]];

    expect(same).toBe(token);
    expect(entry.get()).toBe(token);
    expect([whileBusy, entry.isBusy, client.asked.length]).toEqual([true, false, 1]);
    expect(entry.snapshot()).toMatchObject({ served: 1, acquisitions: 1 });
    expect(client.events).toEqual([
      {
        type: 'token.acquired',
        reason: 'initial',
        durationMs: 250,
        expiresAt: client.at - 250 + HOUR_MS,
        isSameToken: false,
        provider: 'desk',
        scopes: ['read'],
        at: client.at,
      },
    ]);
  });

  it('serves its token while it is renewed, also where that fails', async () => {
    const entry = client.entry();
    const token = await entry.get();
    client.at += HOUR_MS - 60_000;
    client.answers.push(new ClientCredentialsError('Down.', { code: 'token_endpoint_unavailable' }));

    const served = entry.get();
    await new Promise(setImmediate);

    expect(served).toBe(token);
    expect(client.events[1]).toMatchObject({
      type: 'token.failed',
      reason: 'refresh-ahead',
      isServed: true,
      code: 'token_endpoint_unavailable',
      message: 'Down.',
      durationMs: 0,
    });
    expect(entry.snapshot()).toMatchObject({ state: 'degraded', failures: 1, acquisitions: 1 });
  });

  it('waits for the next token where its own has expired', async () => {
    const entry = client.entry();
    await entry.get();
    client.at += HOUR_MS;

    const token = await entry.get();

    expect(token.value).toBe('token-2');
    expect(client.told).toEqual(['token.acquired initial', 'token.acquired expired']);
    expect(client.asked[1]).toMatchObject({ lastToken: 'token-1', recentTokens: [] });
  });

  it('tells the next requests the tokens that were replaced a moment ago', async () => {
    const entry = client.entry();
    await entry.get();
    await entry.get({ forceRefresh: true });
    client.answers.push({ value: 'token-2' });
    await entry.get({ forceRefresh: true });
    await entry.get({ forceRefresh: true });

    expect(client.asked.map(({ recentTokens }) => recentTokens)).toEqual([[], [], ['token-1'], ['token-1']]);
    expect(client.events[2]).toMatchObject({ isSameToken: true });
  });

  it('gives all callers the error while it is latched, until it is reset', async () => {
    const entry = client.entry();
    const error = rejected();
    client.answers.push(error);

    const first = await reasonOf(entry.get());
    expect(() => entry.get()).toThrow(error);
    entry.reset();
    const token = await entry.get();

    expect(first).toBe(error);
    expect([token.value, client.asked.length]).toEqual(['token-2', 2]);
    expect(client.events[0]).toMatchObject({ type: 'token.failed', isServed: false });
  });

  it('gives an error of its own for what is no error of the library', async () => {
    client.answers.push(new Error('a bug'));

    expect(await reasonOf(client.entry().get())).toBeInstanceOf(ClientCredentialsError);
  });

  it('refuses a token that expired on its way', async () => {
    const entry = client.entry();
    client.answers.push({ lifetimeMs: 0 });

    expect(await reasonOf(entry.get())).toMatchObject({ code: 'invalid_token_response' });
    expect(entry.snapshot()).toMatchObject({ state: 'failing', acquisitions: 0 });
  });

  it('waits no longer than its caller, and goes on for the others', async () => {
    const entry = client.entry();
    const first = held();
    client.answers.push(first.answer);
    const controller = new AbortController();
    const reason = new Error('left');
    const callers = [entry.get({}, controller.signal), entry.get()];
    controller.abort(reason);
    const left = await reasonOf(callers[0]);
    first.end();

    expect(left).toBe(reason);
    expect(await callers[1]).toMatchObject({ value: 'token-1' });
    expect(() => entry.get({}, controller.signal)).toThrow(reason);
  });

  it('keeps the process alive while a caller waits, and no longer', async () => {
    const entry = client.entry();
    const [first, second] = [held(), held()];
    client.answers.push(first.answer, second.answer);
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const waiting = entry.get();
    const whileWaiting = timers();
    first.end();
    await waiting;
    const afterwards = timers();
    client.at += HOUR_MS - 60_000;
    void entry.get();
    const inBackground = timers();
    const forced = entry.get({ forceRefresh: true });
    const whileForced = timers();
    second.end();
    await forced;

    expect(
      [whileWaiting, afterwards, inBackground, whileForced, timers()].map((all) => all - before),
    ).toEqual([1, 0, 0, 1, 0]);
  });

  it('gives nothing after the shutdown', async () => {
    const entry = client.entry();
    const closed = new Error('closed');
    client.answers.push(held().answer);
    const waiting = entry.get();
    client.context.shutdown.start(closed);

    expect(await reasonOf(waiting)).toBe(closed);
    expect(() => entry.get()).toThrow(closed);
    expect(entry.peek()).toBeUndefined();
    expect(client.told).toEqual([]);
  });

  it('does not show its token after the shutdown', async () => {
    const entry = client.entry();
    await entry.get();
    client.context.shutdown.start(new Error('closed'));

    expect(entry.peek()).toBeUndefined();
  });

  it('cuts its request off with the shutdown', async () => {
    const entry = client.entry();
    client.answers.push(held().answer);
    void reasonOf(entry.get());
    await new Promise(setImmediate);
    const before = client.asked[0]?.deadline.signal.aborted;
    client.context.shutdown.start(new Error('closed'));

    expect([before, client.asked[0]?.deadline.signal.aborted]).toEqual([false, true]);
  });

  it('ends the deadline of its request with the request', async () => {
    client = new Client({ timeoutMs: 20 });
    await client.entry().get();
    await sleep(40);

    expect(client.asked[0]?.deadline.hasExpired).toBe(false);
  });

  it('does not join a refresh whose time is over, and outlives it', async () => {
    client = new Client({ timeoutMs: 5 });
    const [stuck, next] = [held(), held()];
    client.answers.push(stuck.answer, next.answer);
    const entry = client.entry();
    const first = entry.get();
    await sleep(20);
    const second = entry.get();
    stuck.end();
    await first;
    const isBusy = entry.isBusy;
    next.end();

    expect(await second).toMatchObject({ value: 'token-2' });
    expect([isBusy, entry.isBusy, client.asked.length]).toEqual([true, false, 2]);
  });

  it('shows what it has', async () => {
    client = new Client({ tenant: 'a' });
    const entry = new TokenEntry(client.context, resolveRequest({}, { scope: 'x y', audience: 'api' }), 'k');
    await entry.get();

    expect(entry.snapshot()).toMatchObject({
      provider: 'desk',
      tenant: 'a',
      scope: 'x y',
      audience: 'api',
      state: 'fresh',
    });
    expect(entry.key).toBe('k');
  });

  it('warns of scopes that it did not get', async () => {
    client.answers.push({ scopes: ['b'] });
    await client.entry('c b a').get();
    await client.entry('b').get();

    expect(client.warnings).toEqual([
      [
        'granted a c',
        expect.stringContaining('"desk" granted fewer scopes than asked for: "c a" is missing.'),
      ],
    ]);
  });

  it('tells of what happens on the way', async () => {
    const budget = {
      spend: async (onNearLimit: (limits: object) => void) => onNearLimit({ limit: 10, windowSeconds: 60 }),
    };
    client = new Client({ budget: budget as unknown as IssuanceBudget });
    client.answers.push(async ({ onRotation }) => {
      onRotation(true);
      return {};
    });
    const entry = client.entry();
    await entry.get();
    entry.noteReplay(401);
    entry.noteReplay(undefined);
    entry.noteInsufficientScope(403, ['write'], ['read']);

    expect(client.events).toMatchObject([
      { type: 'issuance.near-limit', limit: 10, windowSeconds: 60 },
      { type: 'credentials.rotated', wasRefused: true },
      { type: 'token.acquired' },
      { type: 'api.replayed', status: 401 },
      { type: 'api.replayed' },
      {
        type: 'api.refused',
        reason: 'insufficient_scope',
        status: 403,
        requiredScopes: ['write'],
        grantedScopes: ['read'],
      },
    ]);
    expect('status' in (client.events[4] ?? {})).toBe(false);
    expect(entry.snapshot()).toMatchObject({ replays: 2 });
  });

  it('asks for the thumbprint of a bound token first, and of no other', async () => {
    await client.entry().get();
    const bound = new Client({ isBound: true });
    await bound.entry().get();
    const stored = new Client({ isStored: true });
    await stored.entry().get();

    expect([client.bindings, bound.bindings, stored.bindings]).toEqual([0, 1, 0]);
  });
});

describe('a look at an entry', () => {
  it('sees a token that can be served, and starts the refresh that is due', async () => {
    const entry = client.entry();
    const before = entry.peek();
    const busyBefore = entry.isBusy;
    const token = await entry.get();
    const fresh = entry.peek();
    const busyFresh = entry.isBusy;
    client.at += HOUR_MS - 60_000;
    const due = entry.peek();
    const busyDue = entry.isBusy;
    await new Promise(setImmediate);
    client.at += HOUR_MS;

    expect([before, fresh, due, entry.peek()]).toEqual([undefined, token, token, undefined]);
    expect([busyBefore, busyFresh, busyDue]).toEqual([false, false, true]);
    expect(client.told).toEqual(['token.acquired initial', 'token.acquired refresh-ahead']);
  });
});

describe('a caller that wants a new token', () => {
  it('gets one, although the current one is good', async () => {
    const entry = client.entry();
    await entry.get();

    const token = await entry.get({ forceRefresh: true });

    expect(token.value).toBe('token-2');
    expect(client.told[1]).toBe('token.acquired forced');
  });

  it('waits for what is under way, and asks again', async () => {
    const entry = client.entry();
    const first = held();
    client.answers.push(first.answer);
    const usual = entry.get();
    const forced = entry.get({ forceRefresh: true });
    // Other work of the process goes on meanwhile.
    await new Promise(setImmediate);
    first.end();

    expect([(await usual).value, (await forced).value]).toEqual(['token-1', 'token-2']);
  });

  it('shares the request of another one until it is sent', async () => {
    // The thumbprint is read first.
    client = new Client({ isBound: true });
    const entry = client.entry();
    const first = held();
    client.answers.push(first.answer);
    const early = [entry.get({ forceRefresh: true }), entry.get({ forceRefresh: true })];
    await new Promise(setImmediate);
    const late = entry.get({ forceRefresh: true });
    first.end();

    const values = (await Promise.all([...early, late])).map(({ value }) => value);

    expect(values).toEqual(['token-1', 'token-1', 'token-2']);
  });

  it('gets the error of what was under way, where it is latched', async () => {
    const entry = client.entry();
    const first = held();
    client.answers.push(first.answer);
    const usual = reasonOf(entry.get());
    const forced = reasonOf(entry.get({ forceRefresh: true }));
    const error = rejected();
    first.fail(error);

    expect([await usual, await forced]).toEqual([error, error]);
    expect(client.asked).toHaveLength(1);
  });

  it('gets the error of a background refresh, although the current token is good', async () => {
    const entry = client.entry();
    await entry.get();
    client.at += HOUR_MS - 60_000;
    const refresh = held();
    client.answers.push(refresh.answer);
    void entry.get();
    const forced = reasonOf(entry.get({ forceRefresh: true }));
    await new Promise(setImmediate);
    const error = rejected();
    refresh.fail(error);

    expect(await forced).toBe(error);
    expect(client.asked).toHaveLength(2);
  });

  it('ends with the shutdown', async () => {
    const entry = client.entry();
    const begun = observe(client);
    client.answers.push(held().answer);
    void reasonOf(entry.get());
    const forced = reasonOf(entry.get({ forceRefresh: true }));
    const closed = new Error('closed');
    client.context.shutdown.start(closed);

    expect(await forced).toBe(closed);
    expect(client.asked).toHaveLength(1);
    expect(begun).toHaveLength(1);
  });
});

describe('an observer', () => {
  it('runs the refresh and its request, and learns who waits, where it is sent and that it ended', async () => {
    client = new Client({ tenant: 'a', url: 'https://id.example.com' });
    const begun = observe(client);
    await client.entry().get();

    expect(begun).toEqual([
      {
        start: {
          provider: 'desk',
          tenant: 'a',
          reason: 'initial',
          isBackground: false,
          url: 'https://id.example.com',
        },
        told: ['refresh', 'request', 'sendTo https://id.example.com/token', 'join', 'end'],
      },
    ]);
  });

  it('learns of a refresh that nobody waits for', async () => {
    const entry = client.entry();
    await entry.get();
    const begun = observe(client);
    client.at += HOUR_MS - 60_000;
    void entry.get();
    await new Promise(setImmediate);

    expect(begun).toMatchObject([{ start: { reason: 'refresh-ahead', isBackground: true } }]);
    expect(begun[0]?.told).not.toContain('join');
  });

  it('learns the code of a failure', async () => {
    const begun = observe(client);
    client.answers.push(rejected());
    await reasonOf(client.entry().get());

    expect(begun[0]?.told.at(-1)).toBe('end token_request_rejected');
  });

  it('learns that the shutdown cut a request off', async () => {
    const begun = observe(client);
    client.answers.push(held().answer);
    const waiting = reasonOf(client.entry().get());
    await new Promise(setImmediate);
    client.context.shutdown.start(new Error('closed'));
    await waiting;

    expect(begun[0]?.told.at(-1)).toBe('end closed');
  });

  it('learns of no failure where the shutdown came before the request', async () => {
    const binding = held();
    client = new Client({
      grant: { ...client.context.grant, isBound: true, binding: () => binding.pending as Promise<never> },
    });
    const begun = observe(client);
    const waiting = reasonOf(client.entry().get());
    client.context.shutdown.start(new Error('closed'));
    await waiting;

    expect(begun[0]?.told).toEqual(['refresh', 'join', 'end']);
  });
});

describe('a refused token', () => {
  it('is replaced, once with the claims that the API demands', async () => {
    const entry = client.entry();
    await entry.get();

    const decision = entry.refuse('token-1', '{"nbf":1}');
    await entry.get();
    await entry.get({ forceRefresh: true });

    expect(decision).toBe('replace');
    expect(client.told.slice(1, 3)).toEqual(['token.invalidated rejected', 'token.acquired rejected']);
    expect(client.asked.map(({ claims }) => claims)).toEqual([undefined, '{"nbf":1}', undefined]);
    expect(client.context.refusedTokens.has('token-1')).toBe(true);
  });

  it('is not the current one: nothing follows', async () => {
    const entry = client.entry();
    await entry.get();

    expect(entry.refuse('another')).toBe('use-current');
    expect(client.told).toEqual(['token.acquired initial']);
    expect(client.context.refusedTokens.has('another')).toBe(true);
  });

  it('stays where it is a recent replacement', async () => {
    const entry = client.entry();
    await entry.get();
    entry.refuse('token-1');
    const token = await entry.get();

    expect(entry.refuse('token-2')).toBe('leave');
    expect(entry.get()).toBe(token);
    expect(client.told.filter((each) => each.startsWith('token.invalidated'))).toHaveLength(1);
    expect(client.context.refusedTokens.has('token-2')).toBe(false);
  });

  it('is replaced where another entry displaced it, with a warning', async () => {
    const [one, other] = [client.entry('one'), client.entry('other')];
    await one.get();
    one.refuse('token-1');
    const token = await one.get();
    client.context.displacedTokens.noteAccepted(token);
    await other.get();
    expect(client.warnings).toEqual([]);

    expect(one.refuse('token-2')).toBe('replace-displaced');
    expect(client.told.at(-1)).toBe('token.invalidated rejected');
    expect(client.warnings).toEqual([
      ['displacement', expect.stringContaining('Tokens of "desk" for different scopes end one another')],
    ]);
  });

  it('is dropped where another entry was refused with it, and its replacement counts as one', async () => {
    const [one, other] = [client.entry('one'), client.entry('other')];
    const token = await one.get();
    client.context.refusedTokens.note('another');
    const kept = one.get();
    other.refuse('token-1');

    const next = await one.get();

    expect(kept).toBe(token);
    expect(next.value).toBe('token-2');
    expect(client.told.at(-1)).toBe('token.acquired rejected');
    expect(one.refuse('token-2')).toBe('leave');
  });

  it('is good again where the endpoint issues it again', async () => {
    const entry = client.entry();
    await entry.get();
    entry.refuse('token-1');
    client.answers.push({ value: 'token-1' });
    const token = await entry.get();

    expect(client.context.refusedTokens.has('token-1')).toBe(false);
    expect(entry.get()).toBe(token);
  });
});

describe('a token that is dropped on request', () => {
  it('is followed by another', async () => {
    const entry = client.entry();
    await entry.get();

    await entry.invalidate('token-1');
    await entry.invalidate('token-1');
    const next = await entry.get();

    expect(next.value).toBe('token-2');
    expect(client.told.filter((each) => each === 'token.invalidated requested')).toHaveLength(1);
    expect(entry.refuse('token-2')).toBe('replace');
  });

  it('is another one: nothing happens', async () => {
    const entry = client.entry();
    const token = await entry.get();

    await entry.invalidate('another');

    expect(entry.get()).toBe(token);
    expect(client.told).toEqual(['token.acquired initial']);
  });
});

describe('an entry with a store', () => {
  beforeEach(() => {
    client = new Client({ isStored: true });
  });

  /** What a process finds that has the same store and no token yet. */
  async function found(): Promise<string> {
    const { value } = await client.entry().get();
    await client.settled();
    return value;
  }

  it('writes its token once, for others', async () => {
    expect([await found(), await found(), await found()]).toEqual(['token-1', 'token-1', 'token-1']);
    expect([client.asked.length, client.writes, client.told]).toEqual([1, 1, ['token.acquired initial']]);
  });

  it('uses no stored token where a new one is wanted, or claims are demanded', async () => {
    const entry = client.entry();
    await entry.get();
    await client.settled();
    const forced = await entry.get({ forceRefresh: true });
    await client.settled();
    const blank = client.entry();
    blank.refuse('token-0', '{"nbf":1}');
    const demanded = await blank.get();

    expect([forced.value, demanded.value]).toEqual(['token-2', 'token-3']);
  });

  it('uses no stored token where its first caller wants a new one', async () => {
    await found();

    expect(await client.entry().get({ forceRefresh: true })).toMatchObject({ value: 'token-2' });
  });

  it('has a caller who wants a new token wait for the one that reads the store', async () => {
    await found();
    const entry = client.entry();
    const [usual, forced] = [entry.get(), entry.get({ forceRefresh: true })];

    expect([(await usual).value, (await forced).value]).toEqual(['token-1', 'token-2']);
  });

  it('uses no stored token that any entry was refused with', async () => {
    await found();
    client.context.refusedTokens.note('token-1');

    expect(await found()).toBe('token-2');
  });

  it('writes no token that cannot be used', async () => {
    client.answers.push({ lifetimeMs: -1 });
    await reasonOf(client.entry().get());
    await client.settled();

    expect(client.writes).toBe(0);
  });

  it('writes no token whose header cannot be built', async () => {
    const create = (): never => {
      throw new Error('of the application');
    };
    client = new Client({ isStored: true, accessTokens: { create } });

    expect(await reasonOf(client.entry().get())).toMatchObject({ code: 'invalid_token_response' });
    await client.settled();
    expect(client.writes).toBe(0);
  });

  it('does not ask the store for what it need not remove', async () => {
    const entry = client.entry();
    await entry.get();
    await client.settled();
    client.reads = 0;
    await entry.invalidate('another');
    await client.entry().forget();

    expect(client.reads).toBe(0);
  });

  it('removes its token from the store when it is dropped or forgotten', async () => {
    const entry = client.entry();
    await entry.get();
    await client.settled();
    await entry.invalidate('token-1');
    const afterDrop = await found();
    const forgotten = client.entry();
    await forgotten.get();
    await forgotten.forget();

    expect([afterDrop, await found()]).toEqual(['token-2', 'token-3']);
  });

  it('removes a token that it never had, and forgets nothing else', async () => {
    await found();
    await client.entry().forget();
    const still = await found();
    await client.entry().invalidate('token-1');

    expect([still, await found()]).toEqual(['token-1', 'token-2']);
  });

  it('finds and removes a bound token by its thumbprint', async () => {
    client = new Client({ isStored: true, isBound: true });
    const entry = client.entry();
    await entry.get();
    await client.settled();
    const shared = await found();
    await entry.invalidate('token-1');

    expect([shared, await found()]).toEqual(['token-1', 'token-2']);
  });
});

describe('an entry without a store', () => {
  it('has nothing to forget there', async () => {
    const entry = client.entry();
    await entry.get();

    expect(await reasonOf(entry.forget())).toBe('no error');
  });
});

describe('a token that is taken over', () => {
  const issuedBy = async (): Promise<IssuedToken> => {
    const other = new Client();
    const entry = other.entry('read');
    await entry.get();
    const { issued } = entry;
    expect(issued?.request.scopes).toEqual(['read']);
    return issued?.token as IssuedToken;
  };

  it('is served, and not counted as acquired', async () => {
    const entry = client.entry('read');
    const before = entry.issued;
    entry.takeOver(await issuedBy());

    expect(before).toBeUndefined();
    expect(entry.peek()).toMatchObject({ value: 'token-1', scopes: ['read'] });
    expect(entry.snapshot()).toMatchObject({ state: 'fresh', acquisitions: 0 });
    expect(client.asked).toHaveLength(0);
  });

  it.each([
    ['has expired', HOUR_MS, []],
    ['was refused', 0, ['token-1']],
  ])('is not one that %s', async (_, elapsedMs, refused) => {
    const entry = client.entry('read');
    client.at += elapsedMs;
    for (const value of refused) client.context.refusedTokens.note(value);
    entry.takeOver(await issuedBy());

    expect([entry.peek(), entry.issued]).toEqual([undefined, undefined]);
  });
});

describe('a source over the entries of a client', () => {
  const rules = {
    placement: { header: 'Authorization' },
    headers: {},
    allowedOrigins: undefined,
  } as unknown as AttachmentRules;

  function sourceOf(more: Partial<AttachmentRules> = {}, defaults?: object): EntryTokenSource {
    const memory = new BusyAwareLru<TokenEntry, ClientEntries>({
      max: 100,
      isBusy: (_, entry) => entry.isBusy,
    });
    return new EntryTokenSource(
      new ClientEntries({}, client.context, memory),
      { ...rules, ...more },
      defaults,
    );
  }
  const attachmentFrom = (source: EntryTokenSource): Attachment => attachmentIn(source) as Attachment;
  const call = (): never => {
    throw new Error('The call is not asked for.');
  };

  it('is named, and is the source of every tenant', () => {
    const source = sourceOf();

    expect([source.provider, source.forTenant()]).toEqual(['desk', source]);
    expect(inspect(source)).toBe('TokenSource { desk }');
    expect(source.attachment).toBe(attachmentFrom(source));
    expect(source.attachment).toMatchObject({ provider: 'desk', isTenantKnown: true, headers: {} });
    expect(source.attachment.forCall({}, call)).toBe(source.attachment);
  });

  it('gives the same promise of a cached token', async () => {
    const source = sourceOf();
    const [first, second] = [source.getToken(), source.getToken()];
    await Promise.all([first, second]);

    const cached = source.getToken();
    expect(cached).toBeInstanceOf(Promise);
    expect(source.getToken()).toBe(cached);
    expect(await cached).toBe(await first);
    await source.getToken({ forceRefresh: true });
    expect(await source.getToken()).toMatchObject({ value: 'token-2' });
  });

  it('gives the freshness that is asked for', async () => {
    const source = sourceOf();
    await source.getToken();
    client.at += 1_000_000;

    const enough = await source.getToken({ minRemainingSeconds: 2_600 });
    expect(await source.getToken({ forceRefresh: false })).toBe(enough);
    const more = await source.getToken({ minRemainingSeconds: 2_601 });

    expect([enough.value, more.value]).toEqual(['token-1', 'token-2']);
    expect(source.peek({ minRemainingSeconds: 2_601 })).toBe(more);
  });

  it('rejects with what is wrong, and never throws', async () => {
    const source = sourceOf();

    expect(await reasonOf(source.getToken({ scope: 7 } as never))).toMatchObject({
      code: 'invalid_configuration',
    });
    expect(await reasonOf(source.getToken({ audience: 7 } as never))).toMatchObject({
      message: expect.stringContaining('getToken.audience'),
    });
    expect(() => source.with({ scope: 7 } as never)).toThrow('with.scope');
  });

  it('drops a token of any scope, by the token or its value, and clears failures of all', async () => {
    const source = sourceOf({}, { scope: 'a' });
    const [first, second] = [await source.getToken(), await source.getToken({ scope: 'b' })];
    await source.invalidate(second);
    await source.invalidate(first.value);
    const dropped = [source.peek(), source.peek({ scope: 'b' })];
    client.answers.push(rejected());
    await reasonOf(source.getToken());
    source.reset();

    expect(dropped).toEqual([undefined, undefined]);
    expect(await source.with({ scope: 'a' }).getToken()).toMatchObject({ value: 'token-4', scopes: ['a'] });
  });

  it('attaches the token of a call’s request', async () => {
    const { attachment } = sourceOf();
    const [usual, scoped] = [await attachment.getToken({}), await attachment.getToken({ scope: 'a' })];
    client.at += 1_000_000;

    expect([usual.value, scoped.value]).toEqual(['token-1', 'token-2']);
    expect(await attachment.getToken({ minRemainingSeconds: 2_600 })).toBe(usual);
    expect(await attachment.getToken({ minRemainingSeconds: 2_601 })).toMatchObject({ value: 'token-3' });
  });

  it('lays the request of a call over its own, and lets tokenFor choose', () => {
    const requestFor: AttachmentRules['requestFor'] = (_, request) => ({ ...request, audience: 'chosen' });
    const own = { scope: 'a', tenant: 't' };

    expect(sourceOf().attachment.requestFor).toBeUndefined();
    expect(sourceOf({}, own).attachment.requestFor?.(call, { scope: 'b' })).toEqual({
      scope: 'b',
      tenant: 't',
    });
    expect(sourceOf({ requestFor }, own).attachment.requestFor?.(call, {})).toEqual({
      ...own,
      audience: 'chosen',
    });
    expect(sourceOf({ requestFor }).attachment.requestFor?.(call, { scope: 'b' })).toEqual({
      scope: 'b',
      audience: 'chosen',
    });
  });

  it('notes what follows a call', async () => {
    const { attachment } = sourceOf();
    const token = await attachment.getToken({ scope: 'a' });
    attachment.noteReplay({ scope: 'a' }, 401);
    attachment.noteReplay({ scope: 'unknown' }, 401);
    attachment.noteInsufficientScope(token, { scope: 'a' }, 403, ['b']);
    attachment.noteInsufficientScope({ value: 'v', authorization: 'v' }, { scope: 'a' }, 403, ['b']);
    const first = attachment.refuse(token, { scope: 'a' }, '{"nbf":1}');
    const next = await attachment.getToken({ scope: 'a' });

    expect([first, attachment.refuse(next, { scope: 'a' })]).toEqual(['another', 'too-young']);
    expect(client.asked.at(-1)?.claims).toBe('{"nbf":1}');
    expect(client.events.slice(1, 4)).toEqual([
      expect.objectContaining({ type: 'api.replayed', scopes: ['a'] }),
      expect.objectContaining({ type: 'api.refused', grantedScopes: ['a'], requiredScopes: ['b'] }),
      expect.objectContaining({ type: 'api.refused', grantedScopes: [] }),
    ]);
  });
});
