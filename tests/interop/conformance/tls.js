import assert from 'node:assert/strict';
import { connect } from 'node:tls';

const recommended = 'ECDHE+AESGCM:DHE+AESGCM';

/** TLS as FAPI 2.0 section 5.2.1 wants it: 1.3 where both can, 1.2 with the cipher suites of BCP 195 alone, nothing older. */
export async function tlsVerification(run, address) {
  const { hostname: host, port } = new URL(address);
  const handshake = (options) => new Promise((resolve) => {
    const socket = connect({ host, port, servername: host, ca: run.authority.certificate, ...options }, () => {
      resolve(socket.getProtocol());
      socket.destroy();
    });
    socket.on('error', () => resolve(undefined));
  });
  assert.equal(await handshake({}), 'TLSv1.3', 'TLS 1.3 is not preferred');
  assert.equal(await handshake({ maxVersion: 'TLSv1.2', ciphers: recommended }), 'TLSv1.2', 'TLS 1.2 with a recommended cipher suite');
  assert.equal(await handshake({ maxVersion: 'TLSv1.2', ciphers: `ALL:!ECDHE+AESGCM:!DHE+AESGCM:@SECLEVEL=0` }), undefined, 'a cipher suite that BCP 195 does not recommend');
  assert.equal(await handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }), undefined, 'TLS 1.1 or older');
}
