import { OAuth2Client } from 'google-auth-library';
import { answered, apiUrl, askByFetch } from './first-answer.mjs';

const client = new OAuth2Client();
// Tokens of other providers come from a handler, which the user writes; the call is the package's own.
client.refreshHandler = async () => {
  const { access_token, expires_in } = await askByFetch();
  return { access_token, expiry_date: Date.now() + expires_in * 1_000 };
};
await answered(await client.request({ url: `${apiUrl}/a` }));
