import axios from 'axios';

/** Hand-written token request, for packages that leave the request to their users. */
export async function askForToken({ tokenUrl, clientId, clientSecret }) {
  const { data } = await axios.post(tokenUrl, new URLSearchParams({ grant_type: 'client_credentials' }), {
    auth: { username: clientId, password: clientSecret },
  });
  return data;
}
