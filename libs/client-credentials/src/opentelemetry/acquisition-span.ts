import {
  context,
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace,
  type Link,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import type { AcquisitionStart, ObservedAcquisition } from '../base/acquisitions.js';
import { ACQUIRE_SPAN, attributesOf } from './names.js';

// Limit of the specification for the links of a span: what is beyond is dropped anyway.
const MAX_LINKS = 128;

/**
 * The span of one acquisition, if there is a token request: a token from a store is none.
 *
 * A child of the caller's span. Behind a caller a root span with a link, because the caller's span may have ended.
 * Spans of callers that wait are linked.
 */
export class AcquisitionSpan implements ObservedAcquisition {
  readonly #tracer: Tracer;
  readonly #start: AcquisitionStart;
  readonly #hasTenants: boolean;
  readonly #linked = new Set<string>();
  readonly #links: Link[] = [];
  #span: Span | undefined;
  #address: string | undefined;

  constructor(tracer: Tracer, start: AcquisitionStart, hasTenants: boolean) {
    this.#tracer = tracer;
    this.#start = start;
    this.#hasTenants = hasTenants;
    this.#address = start.url === undefined ? undefined : addressOf(start.url);
    const caller = callerSpan();
    if (start.isBackground) this.#link(caller);
    // The parent needs no link.
    else if (caller !== undefined) this.#linked.add(caller.spanId);
  }

  refresh<T>(work: () => T): T {
    if (!this.#start.isBackground) return work();
    // Keeps what else is in the context, such as that tracing is suppressed.
    return context.with(trace.deleteSpan(context.active()), work);
  }

  request<T>(work: () => T): T {
    const span = this.#open();
    return context.with(trace.setSpan(context.active(), span), work);
  }

  sendTo(url: string): void {
    const address = addressOf(url);
    if (address === undefined || address === this.#address) return;
    this.#address = address;
    this.#span?.setAttribute('server.address', address);
  }

  join(): void {
    this.#link(callerSpan());
  }

  end(errorCode?: string): void {
    // A failure before the token request is an acquisition too.
    const span = errorCode === undefined ? this.#span : this.#open();
    if (errorCode !== undefined) {
      span?.setAttribute('error.type', errorCode);
      span?.setStatus({ code: SpanStatusCode.ERROR });
    }
    span?.end();
  }

  #open(): Span {
    const { isBackground, ...subject } = this.#start;
    this.#span ??= this.#tracer.startSpan(ACQUIRE_SPAN, {
      kind: SpanKind.CLIENT,
      root: isBackground,
      links: this.#links,
      attributes: {
        ...attributesOf(subject, this.#hasTenants),
        ...(this.#address !== undefined && { 'server.address': this.#address }),
      },
    });
    return this.#span;
  }

  #link(caller: SpanContext | undefined): void {
    if (caller === undefined || this.#linked.has(caller.spanId) || this.#links.length >= MAX_LINKS) return;
    this.#linked.add(caller.spanId);
    const link = { context: caller };
    // Copied by SDKs when the span begins: later links need `addLink`.
    this.#links.push(link);
    if (this.#span !== undefined) addLink(this.#span, link);
  }
}

/** Adds a link to a span that has begun. Before version 1.9 of the API, spans have no such method. */
function addLink(span: Partial<Pick<Span, 'addLink'>>, link: Link): void {
  span.addLink?.(link);
}

function callerSpan(): SpanContext | undefined {
  const caller = trace.getSpan(context.active())?.spanContext();
  return caller !== undefined && isSpanContextValid(caller) ? caller : undefined;
}

/** Host of an address, without the brackets of an IPv6 address. */
function addressOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname.replaceAll(/^\[|\]$/g, '') : undefined;
}
