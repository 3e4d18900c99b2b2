import { ClientCredentials } from 'simple-oauth2';
import { answered, callWith, clientId, clientSecret, tokenUrl } from './first-answer.mjs';

const { origin: tokenHost, pathname: tokenPath } = new URL(tokenUrl);
const client = new ClientCredentials({
  client: { id: clientId, secret: clientSecret },
  auth: { tokenHost, tokenPath },
});
const { token } = await client.getToken({});
await answered(await callWith(token.access_token));
