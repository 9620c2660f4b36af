import { createServer } from 'node:http';

/** A service behind the gateway: it knows nothing of tokens, and believes the gateway's word on who asks. Reachable from the gateway alone. */
export function plainService(name) {
  return createServer(({ headers, url }, response) => {
    const body = { service: name, path: url, subject: headers['x-subject'], client: headers['x-client'], sawToken: 'authorization' in headers };
    response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
  });
}
