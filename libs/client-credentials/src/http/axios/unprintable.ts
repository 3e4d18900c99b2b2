import { Readable } from 'node:stream';
import type { InternalAxiosRequestConfig } from 'axios';
import { AgentStandIn, isAgent, StandIn, type RequestAgent } from '../../base/agent-stand-in.js';
import { inspectAs } from '../../base/inspect.js';
import { asObject, isObject } from '../../base/objects.js';

type Config = InternalAxiosRequestConfig;

/**
 * Replaces what leads from a config to a socket or a request, whose headers have the tokens of all calls on their way: agents, the
 * dispatcher of fetch, and an upload that a request still reads. What takes their place works the same, and prints nothing.
 */
export function hideSockets(config: Config): void {
  const { httpAgent, httpsAgent, fetchOptions, data } = config;
  if (isAgent(httpAgent)) config.httpAgent = HiddenAgent.for(httpAgent);
  if (isAgent(httpsAgent)) config.httpsAgent = HiddenAgent.for(httpsAgent);
  if (fetchOptions && isDispatcher(fetchOptions['dispatcher']))
    setDispatcher(config, HiddenDispatcher.for(fetchOptions['dispatcher']));
  if (data instanceof Readable && isPiped(data)) config.data = new SpentUpload(data);
}

/** Puts back into a config that is sent again what {@link hideSockets} replaced. An upload cannot be sent again. */
export function restoreSockets(config: Config): void {
  const { httpAgent, httpsAgent, fetchOptions } = config;
  if (httpAgent instanceof HiddenAgent) config.httpAgent = StandIn.behind(httpAgent);
  if (httpsAgent instanceof HiddenAgent) config.httpsAgent = StandIn.behind(httpsAgent);
  if (fetchOptions && fetchOptions['dispatcher'] instanceof HiddenDispatcher)
    setDispatcher(config, StandIn.behind(fetchOptions['dispatcher']));
}

/** In a copy of the options: the object may be the instance's own. */
function setDispatcher(config: Config, dispatcher: object): void {
  config.fetchOptions = { ...config.fetchOptions, dispatcher };
}

interface Dispatcher {
  dispatch(...given: unknown[]): unknown;
}

function isDispatcher(value: unknown): value is Dispatcher {
  return isObject(value) && typeof value['dispatch'] === 'function';
}

function isPiped(stream: Readable): boolean {
  const { pipes } = asObject(asObject(stream)['_readableState']);
  return Array.isArray(pipes) && pipes.length > 0;
}

/** One for each object, so that it can be compared. */
function onePerObject<T extends object, H extends StandIn<T>>(
  create: (object: T) => H,
): (object: T) => H | T {
  const known = new WeakMap<T, H>();
  return (object) => {
    if (object instanceof StandIn) return object;
    const hidden = known.get(object) ?? create(object);
    known.set(object, hidden);
    return hidden;
  };
}

const NOT_SHOWN = (): string => '[not shown]';

/** An agent as errors and responses show it. */
class HiddenAgent extends AgentStandIn {
  static {
    inspectAs(HiddenAgent, NOT_SHOWN);
  }

  static readonly for = onePerObject((agent: RequestAgent) => new HiddenAgent(agent));
}

/** A dispatcher of fetch (undici) as errors and responses show it. */
class HiddenDispatcher extends StandIn<Dispatcher> implements Dispatcher {
  static {
    inspectAs(HiddenDispatcher, NOT_SHOWN);
  }

  static readonly for = onePerObject((dispatcher: Dispatcher) => new HiddenDispatcher(dispatcher));

  dispatch(...given: unknown[]): unknown {
    return StandIn.behind(this).dispatch(...given);
  }
}

/** An upload that was sent, as errors and responses show it. It cannot be sent again; destroying it destroys the stream itself. */
class SpentUpload extends Readable {
  static {
    inspectAs(SpentUpload, () => '[a stream that was sent]');
  }

  readonly #upload: Readable;

  constructor(upload: Readable) {
    super();
    this.#upload = upload;
  }

  override _read(): void {
    this.destroy(
      new Error(
        'The body of this call is a stream, which can be read only once, and it was sent already. Send the call with a new stream.',
      ),
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#upload.destroy();
    callback(error);
  }

  toJSON(): string {
    return '[a stream that was sent]';
  }
}
