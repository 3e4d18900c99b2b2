import { Readable } from 'node:stream';
import type { InternalAxiosRequestConfig } from 'axios';
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
  if (httpAgent instanceof Hidden) config.httpAgent = Hidden.behind(httpAgent);
  if (httpsAgent instanceof Hidden) config.httpsAgent = Hidden.behind(httpsAgent);
  if (fetchOptions && fetchOptions['dispatcher'] instanceof Hidden)
    setDispatcher(config, Hidden.behind(fetchOptions['dispatcher']));
}

/** Whether a config has agents, or a dispatcher, of the application's own. */
export function hasOwnSockets({ httpAgent, httpsAgent, fetchOptions }: Config): boolean {
  return isAgent(httpAgent) || isAgent(httpsAgent) || isDispatcher(fetchOptions?.['dispatcher']);
}

/** In a copy of the options: the object may be the instance's own. */
function setDispatcher(config: Config, dispatcher: object): void {
  config.fetchOptions = { ...config.fetchOptions, dispatcher };
}

/** What Node asks of an agent; its declarations leave it out. */
interface RequestAgent {
  readonly protocol?: string | undefined;
  readonly defaultPort?: number | undefined;
  readonly keepAlive?: boolean | undefined;
  readonly maxSockets?: number | undefined;
  addRequest(request: object, ...rest: unknown[]): void;
  destroy?(): void;
}

interface Dispatcher {
  dispatch(...given: unknown[]): unknown;
}

function isAgent(value: unknown): value is RequestAgent {
  return isObject(value) && typeof value['addRequest'] === 'function';
}

function isDispatcher(value: unknown): value is Dispatcher {
  return isObject(value) && typeof value['dispatch'] === 'function';
}

function isPiped(stream: Readable): boolean {
  const { pipes } = asObject(asObject(stream)['_readableState']);
  return Array.isArray(pipes) && pipes.length > 0;
}

/** Takes the place of an object that must not be printed, and hands over to it what it is asked to do. */
class Hidden<T extends object> {
  static {
    inspectAs(Hidden, () => '[not shown]');
  }

  static behind<T extends object>(hidden: Hidden<T>): T {
    return hidden.#object;
  }

  readonly #object: T;

  constructor(object: T) {
    this.#object = object;
  }
}

/** One for each object, so that it can be compared. */
function onePerObject<T extends object, H extends Hidden<T>>(create: (object: T) => H): (object: T) => H | T {
  const known = new WeakMap<T, H>();
  return (object) => {
    if (object instanceof Hidden) return object;
    const hidden = known.get(object) ?? create(object);
    known.set(object, hidden);
    return hidden;
  };
}

/** An agent as errors and responses show it. */
class HiddenAgent extends Hidden<RequestAgent> implements RequestAgent {
  static readonly for = onePerObject((agent: RequestAgent) => new HiddenAgent(agent));

  get protocol(): string | undefined {
    return Hidden.behind(this).protocol;
  }

  get defaultPort(): number | undefined {
    return Hidden.behind(this).defaultPort;
  }

  get keepAlive(): boolean | undefined {
    return Hidden.behind(this).keepAlive;
  }

  get maxSockets(): number | undefined {
    return Hidden.behind(this).maxSockets;
  }

  addRequest(request: object, ...rest: unknown[]): void {
    const agent = Hidden.behind(this);
    Reflect.set(request, 'agent', agent);
    agent.addRequest(request, ...rest);
  }

  destroy(): void {
    Hidden.behind(this).destroy?.();
  }
}

/** A dispatcher of fetch (undici) as errors and responses show it. */
class HiddenDispatcher extends Hidden<Dispatcher> implements Dispatcher {
  static readonly for = onePerObject((dispatcher: Dispatcher) => new HiddenDispatcher(dispatcher));

  dispatch(...given: unknown[]): unknown {
    return Hidden.behind(this).dispatch(...given);
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
