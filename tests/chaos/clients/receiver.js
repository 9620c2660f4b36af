import { createServer } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Where a client hears that a sign-in ended (OIDC Back-Channel Logout). */
export class Receiver {
  #server;

  static async start(history) {
    const receiver = new Receiver();
    receiver.#server = createServer(async (request, response) => {
      const token = new URLSearchParams(await text(request)).get('logout_token');
      const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
      history.note('told', { sid: claims.sid });
      response.writeHead(200).end();
    }).listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    receiver.uri = `http://127.0.0.1:${receiver.#server.address().port}/logout`;
    return receiver;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
