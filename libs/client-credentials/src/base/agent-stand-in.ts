import { isObject } from './objects.js';

/** What Node asks of an agent for one request; its declarations leave it out. */
export interface RequestAgent {
  readonly protocol?: string | undefined;
  readonly defaultPort?: number | undefined;
  readonly keepAlive?: boolean | undefined;
  readonly maxSockets?: number | undefined;
  addRequest(request: object, ...rest: unknown[]): void;
  destroy?(): void;
}

export function isAgent(value: unknown): value is RequestAgent {
  return isObject(value) && typeof value['addRequest'] === 'function';
}

/** Takes the place of an object, and hands over to it what it is asked to do. Nobody sees the object by it. */
export class StandIn<T extends object> {
  static behind<T extends object>(standIn: StandIn<T>): T {
    return standIn.#object;
  }

  readonly #object: T;

  constructor(object: T) {
    this.#object = object;
  }
}

/** A stand-in for an agent of Node. */
export class AgentStandIn extends StandIn<RequestAgent> implements RequestAgent {
  get protocol(): string | undefined {
    return StandIn.behind(this).protocol;
  }

  get defaultPort(): number | undefined {
    return StandIn.behind(this).defaultPort;
  }

  get keepAlive(): boolean | undefined {
    return StandIn.behind(this).keepAlive;
  }

  get maxSockets(): number | undefined {
    return StandIn.behind(this).maxSockets;
  }

  addRequest(request: object, ...rest: unknown[]): void {
    const agent = StandIn.behind(this);
    Reflect.set(request, 'agent', agent);
    agent.addRequest(request, ...rest);
  }

  destroy(): void {
    StandIn.behind(this).destroy?.();
  }
}
