export type {
  AuthorizationServer,
  AuthorizationServerOptions,
  AuthorizationServerProviderConfig,
  CheckedAuthenticationMethod,
} from './authorization-server.js';
export type { Endpoint } from './endpoint.js';
export type { TestToken } from './issued-token.js';
export type { ApiRequest, RecordedRequest } from './recorded-request.js';
export type { RawAnswer, RedirectAnswer, RequestHandler, ScriptedAnswer } from './scripted-answer.js';
export { tokenStoreContract } from './token-store-contract.js';
export type { TokenStoreCase } from './token-store-contract.js';
export { startAuthorizationServer } from './start-authorization-server.js';
export { fakeTokenSource } from './fake-token-source.js';
export type { FakeToken, FakeTokenSource, FakeTokenSourceOptions } from './fake-token-source.js';
