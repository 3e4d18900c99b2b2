// The usual call of `fetch` without a copy of it: 1 µs instead of 10. Whatever is not usual goes the long way, from the first response at the latest.
import { copyWith, isPlainObject } from '../../base/objects.js';
import { DEFAULT_REQUEST } from '../../config/token-request.js';
import type { Attachment, CallToken } from '../../token/attachment.js';
import { allowedOriginsOf, mayCarryToken } from '../allowed-origins.js';
import { isPlainlyGood } from '../authorized-call.js';
import { hasUserInfo } from '../url.js';

/** What the long way gets of a call that began on the short one. */
export interface Begun {
  /** The token, where it was asked for already. */
  readonly token?: CallToken | Promise<CallToken>;
  /** What the call was when it began, where the long way begins later. */
  readonly init?: RequestInit;
  /** The first response, where the call was sent already, and what was sent without the token: the caller may have changed its own since. */
  readonly sent?: { readonly response: Response; readonly init: RequestInit };
}

type LongWay = (begun?: Begun) => Promise<Response>;

// More hosts than any one client calls.
const MAX_VERDICTS = 1_000;

/** The short way of the calls with one source's tokens. */
export class ShortWay {
  readonly #attachment: Attachment;
  readonly #header: string | undefined;
  readonly #verdicts = new Map<string, boolean>();
  #allowed: ReadonlySet<string> | undefined;
  /** What stands before the path of the last allowed address, with the slash. */
  #latest: string | undefined;

  constructor(attachment: Attachment) {
    const { placement, isTenantKnown, isHeaderOnly, requestFor } = attachment;
    this.#attachment = attachment;
    const isUsual = isTenantKnown && isHeaderOnly && requestFor === undefined;
    this.#header = isUsual && 'header' in placement ? placement.header : undefined;
  }

  /** Sends a call, the long way if it is not a usual one. */
  send(
    fetch: typeof globalThis.fetch,
    input: string | URL | Request,
    init: RequestInit,
    goLong: LongWay,
  ): Promise<Response> {
    const header = this.#header;
    const call = header !== undefined && isPlain(init) ? plainInput(input) : undefined;
    if (header === undefined || call === undefined || !this.#isAllowed(call.url)) return goLong();
    const headers = withoutOwn(init.headers ?? call.headers, header);
    if (headers === undefined) return goLong();
    const token = this.#attachment.getToken(DEFAULT_REQUEST, init.signal ?? call.signal);
    if (token instanceof Promise) {
      // The long way hears of it a moment later.
      token.catch(() => undefined);
      if (typeof input !== 'string' || !isPlainObject(headers)) return goLong({ token });
      const copy = { ...init, headers: { ...headers } };
      return underWay(token).then(() => goLong({ token, init: copy }));
    }
    const copy = copyWith(init, {
      headers: withHeader(headers, header, token.authorization),
      redirect: 'manual' as const,
    });
    return fetch(input, copy).then((response) =>
      isPlainlyGood(this.#attachment, token, response.status, true)
        ? response
        : goLong({ token, sent: { response, init: withoutToken(copy, header) } }),
    );
  }

  /** Judges by what stands before the path: a path begins with a slash, and so cannot change the host. */
  #isAllowed(input: string): boolean {
    // Most calls go where the call before went: that costs no look-up.
    if (this.#latest !== undefined && input.startsWith(this.#latest)) return true;
    const end = input.indexOf('/', input.indexOf('//') + 2);
    if (end === -1) return false;
    const place = input.slice(0, end);
    const isAllowed = this.#verdicts.get(place) ?? this.#judge(place);
    if (isAllowed) this.#latest = `${place}/`;
    return isAllowed;
  }

  #judge(place: string): boolean {
    this.#allowed ??= allowedOriginsOf(this.#attachment);
    const url = URL.canParse(place) ? new URL(place) : undefined;
    const isAllowed = url !== undefined && mayCarryToken(url, this.#allowed) && !hasUserInfo(url);
    if (this.#verdicts.size >= MAX_VERDICTS) this.#verdicts.clear();
    this.#verdicts.set(place, isAllowed);
    return isAllowed;
  }
}

/** What a call takes from its first argument. */
interface PlainInput {
  readonly url: string;
  readonly headers?: Headers;
  readonly signal?: AbortSignal;
}

/** A text, or a Request of the platform without a body. */
function plainInput(input: string | URL | Request): PlainInput | undefined {
  if (typeof input === 'string') return { url: input };
  const isUsual = input instanceof Request && input.body === null && input.redirect === 'follow';
  return isUsual ? input : undefined;
}

/** Whether a call has nothing that the token, a redirect or a replay depends on. */
function isPlain(init: RequestInit): boolean {
  const { body, redirect, method } = init;
  if ('clientCredentials' in init || (redirect !== undefined && redirect !== 'follow')) return false;
  if (method !== undefined && typeof method !== 'string') return false;
  return body === undefined || body === null || typeof body === 'string';
}

type GivenHeaders = Headers | Record<string, string | readonly string[]>;

/** The headers of a call if they may be copied as they are; `undefined` where the caller has set the header. */
function withoutOwn(headers: RequestInit['headers'] | null, header: string): GivenHeaders | undefined {
  if (headers === undefined || headers === null) return {};
  if (!isPlainObject(headers))
    return headers instanceof Headers && !headers.has(header) ? headers : undefined;
  for (const name in headers)
    if (name.length === header.length && name.toLowerCase() === header.toLowerCase()) return undefined;
  return headers;
}

/**
 * Waits until the token request is under way. Then the platform's fetch may be loaded, which happens when any of its classes is first used
 * and takes some 20 ms: a process that has just begun, such as a function's, would send its token request as much later.
 */
async function underWay(token: Promise<unknown>): Promise<void> {
  const turn = new Promise((resolve) => void setImmediate(resolve));
  await Promise.race([token, turn]).catch(() => undefined);
}

/** A call as it was, to be sent again. */
function withoutToken(sent: RequestInit, header: string): RequestInit {
  const headers = new Headers(sent.headers);
  headers.delete(header);
  return { ...sent, headers, redirect: 'follow' };
}

function withHeader(headers: GivenHeaders, name: string, value: string): GivenHeaders {
  if (!(headers instanceof Headers)) return copyWith(headers, { [name]: value });
  const copy = new Headers(headers);
  copy.set(name, value);
  return copy;
}
