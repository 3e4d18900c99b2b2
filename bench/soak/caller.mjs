// Calls through axios and fetch, and whether a call that failed had to fail.
import axios from 'axios';
import { authorizeAxios, authorizeFetch } from 'nestjs-client-credentials/core';

/** Makes calls and judges how they end. */
export class Caller {
  calls = 0;
  refusedTwice = 0;
  /** What went wrong, each kind once, with its count. */
  faults = new Map();
  #authority;
  /** Calls in progress, and the tokens that each was sent with. */
  #sent = new Map();

  constructor(authority) {
    this.#authority = authority;
  }

  /** A function that makes one call through axios, whose adapter answers at once. */
  axiosAtOnce(source) {
    return this.#axios(source, async (config) => {
      const status = this.#authority.statusFor(config.headers.get('authorization'));
      return { data: '{}', status, statusText: '', headers: {}, config };
    });
  }

  /** A function that makes one call through axios over loopback. */
  axiosOverLoopback(source) {
    return this.#axios(source, axios.getAdapter('http'));
  }

  /** A function that makes one call through a `fetch` that answers at once. */
  fetchAtOnce(source) {
    return this.#fetch(source, async ({ headers }) => {
      return new Response('{}', { status: this.#authority.statusFor(headers.get('authorization')) });
    });
  }

  /** A function that makes one call through the platform's `fetch`, over loopback. */
  fetchOverLoopback(source) {
    return this.#fetch(source, (request) => fetch(request));
  }

  fault(what) {
    this.faults.set(what, (this.faults.get(what) ?? 0) + 1);
  }

  #axios(source, send) {
    const api = axios.create({ baseURL: this.#authority.apiUrl, validateStatus: () => true });
    api.defaults.adapter = (config) => {
      this.#sent.get(config.headers.get('x-call')).push(config.headers.get('authorization'));
      return send(config);
    };
    authorizeAxios(api, source);
    return (tenant) =>
      this.#judged(async (id) => {
        const options = { headers: { 'x-call': id }, ...(tenant && { clientCredentials: { tenant } }) };
        return (await api.get('/api', options)).status;
      });
  }

  #fetch(source, send) {
    const call = authorizeFetch(source, (input, init) => {
      const request = new Request(input, init);
      this.#sent.get(request.headers.get('x-call')).push(request.headers.get('authorization'));
      return send(request);
    });
    return (tenant) =>
      this.#judged(async (id) => {
        const options = { headers: { 'x-call': id }, ...(tenant && { clientCredentials: { tenant } }) };
        const response = await call(`${this.#authority.apiUrl}/api`, options);
        await response.arrayBuffer();
        return response.status;
      });
  }

  /** Makes a call. It may end in a 401 only if two different tokens were refused, and in no error at all. */
  async #judged(call) {
    this.calls += 1;
    const id = String(this.calls);
    const sent = [];
    this.#sent.set(id, sent);
    try {
      const status = await call(id);
      if (status === 401 && new Set(sent).size === 2) this.refusedTwice += 1;
      else if (status !== 200) this.fault(`a call got ${status} after ${sent.length} sendings`);
      if (sent.length > 2) this.fault(`a call was sent ${sent.length} times`);
    } catch (error) {
      this.fault(`a call failed: ${error.code}: ${error.message}`);
    } finally {
      this.#sent.delete(id);
    }
  }
}
