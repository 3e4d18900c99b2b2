import type { CreateAxiosDefaults } from 'axios';
import type { Attachment } from '../../token/attachment.js';
import { allowedOriginsOf, CallOrigins } from '../allowed-origins.js';
import { hasOwnBase, type InstanceDefaults } from './tenant-defaults.js';

/** The origins that may get the tokens of a source, as long as the instance's base address is this one. */
interface KnownOrigins {
  readonly api: Attachment;
  readonly instanceBase: string | undefined;
  readonly origins: CallOrigins;
}

/** The origins that calls of one axios instance may take tokens to. */
export class InstanceOrigins {
  readonly #instance: InstanceDefaults;
  readonly #provider: CreateAxiosDefaults;
  readonly #known = new WeakMap<Attachment, KnownOrigins>();
  #latest: KnownOrigins | undefined;

  /**
   * @param instance - the instance's defaults, read at each call
   * @param provider - the provider's own `api`
   */
  constructor(instance: InstanceDefaults, provider: CreateAxiosDefaults) {
    this.#instance = instance;
    this.#provider = provider;
  }

  /** Worked out anew only when the instance's base address was changed. A tenant that has its own does without that one. */
  of(api: Attachment): CallOrigins {
    const { baseURL } = this.#instance;
    const latest = this.#latest;
    if (latest !== undefined && latest.api === api && latest.instanceBase === baseURL) return latest.origins;
    const known = this.#known.get(api);
    this.#latest =
      known?.instanceBase === baseURL && known !== undefined ? known : this.#workOut(api, baseURL);
    this.#known.set(api, this.#latest);
    return this.#latest.origins;
  }

  #workOut(api: Attachment, instanceBase: string | undefined): KnownOrigins {
    const hasOwn = hasOwnBase({ provider: this.#provider, tenant: api.defaults });
    // A tenant may have other headers, timeouts and agents than its provider.
    const isPlain = api.isHeaderOnly && api.defaults === this.#provider && 'header' in api.placement;
    const onlyHeader = isPlain ? api.placement.header : undefined;
    const origins = new CallOrigins(allowedOriginsOf(api, hasOwn ? undefined : instanceBase), onlyHeader);
    return { api, instanceBase, origins };
  }
}
