/** One exchange over HTTP: its status, its JSON where there is any, or why there was no answer. Nothing follows a redirect. */
export async function exchange(url, { patience = 5000, ...init } = {}) {
  try {
    const response = await fetch(url, { redirect: 'manual', ...init, signal: AbortSignal.timeout(patience) });
    const text = await response.text();
    return { status: response.status, json: parsed(text), node: response.headers.get('x-node') };
  } catch (error) {
    return { status: 0, why: error.cause?.code ?? error.name };
  }
}

export const post = (url, client, fields, patience) =>
  exchange(url, { patience, method: 'POST', headers: authorization(client), body: new URLSearchParams({ ...fields, ...(!client.client_secret && { client_id: client.client_id }) }) });

/** What an answer was worth: `refused` is the server's definite no, everything that may be asked again is `unknown`. */
export function worth({ status, json, why }) {
  if (status >= 200 && status < 300) return { outcome: 'ok', status };
  if (status >= 400 && status < 500 && status !== 429) return { outcome: 'refused', status, error: json?.error };
  return { outcome: 'unknown', status, error: why ?? json?.error };
}

function authorization({ client_id, client_secret }) {
  return client_secret ? { authorization: `Basic ${Buffer.from(`${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`).toString('base64')}` } : {};
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
