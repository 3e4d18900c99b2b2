import { ConfidentialClientApplication } from '@azure/msal-node';
import { answered, askByFetch, callWith, clientId, clientSecret } from './first-answer.mjs';

const AUTHORITY = 'https://login.example.com/tenant';
const authorityMetadata = JSON.stringify({
  issuer: AUTHORITY,
  token_endpoint: `${AUTHORITY}/token`,
  authorization_endpoint: `${AUTHORITY}/authorize`,
  jwks_uri: `${AUTHORITY}/keys`,
});
// It takes no http, so that its token request is sent here.
const sendPostRequestAsync = async () => ({ status: 200, headers: {}, body: await askByFetch() });
const application = new ConfidentialClientApplication({
  auth: {
    clientId,
    clientSecret,
    authority: AUTHORITY,
    knownAuthorities: ['login.example.com'],
    authorityMetadata,
  },
  system: { networkClient: { sendPostRequestAsync, sendGetRequestAsync: sendPostRequestAsync } },
});
const { accessToken } = await application.acquireTokenByClientCredential({ scopes: ['api/.default'] });
await answered(await callWith(accessToken));
