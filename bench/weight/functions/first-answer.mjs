// What every function here ends with: the first authorized answer, and the time since its process began.
export async function answered(response) {
  if (response.status !== 200) throw new Error(`The API answered ${response.status}.`);
  process.stdout.write(String(performance.now()));
  process.exit();
}

/** Endpoints and credentials, from the command line. */
export const [, , tokenUrl, apiUrl] = process.argv;
export const [clientId, clientSecret] = ['bench', 'bench-secret'];

/** A token request by fetch, for packages that leave it to their users. */
export async function askByFetch() {
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  return response.json();
}

export function callWith(token) {
  return fetch(`${apiUrl}/a`, { headers: { authorization: `Bearer ${token}` } });
}
