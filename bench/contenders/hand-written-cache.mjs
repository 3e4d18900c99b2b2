import { askForToken } from './ask-for-token.mjs';

/** The usual hand-written cache: a token, its expiry, and a new request by every caller that finds the token expired. */
export function handWrittenCache(client) {
  let token;
  let expiresAt = 0;
  return async () => {
    if (Date.now() >= expiresAt) {
      const { access_token, expires_in } = await askForToken(client);
      token = access_token;
      expiresAt = Date.now() + expires_in * 1_000;
    }
    return token;
  };
}
