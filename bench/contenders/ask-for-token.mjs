import axios from 'axios';

/** A token request as one writes it by hand, where a package leaves it to its user. */
export async function askForToken({ tokenUrl, clientId, clientSecret }) {
  const { data } = await axios.post(tokenUrl, new URLSearchParams({ grant_type: 'client_credentials' }), {
    auth: { username: clientId, password: clientSecret },
  });
  return data;
}
