import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate authority that this run makes for itself: the server, the relying party and its clients each get a certificate. */
export class Authority {
  #folder;

  constructor(folder) {
    this.#folder = folder;
    this.file = join(folder, 'authority.pem');
    this.#openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=Authority of a test run',
      '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign', '-keyout', join(folder, 'authority.key'), '-out', this.file);
    this.certificate = readFileSync(this.file, 'utf8');
  }

  /** { certificate, key } as PEM, with the files that hold them. */
  issue(name, { usage = 'serverAuth', alternative = 'DNS:localhost,IP:127.0.0.1' } = {}) {
    const [keyFile, requestFile, certificateFile, extensions] = ['key', 'csr', 'pem', 'ext'].map((ending) => join(this.#folder, `${name}.${ending}`));
    writeFileSync(extensions, `basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=${usage}\nsubjectAltName=${alternative}\n`);
    this.#openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', requestFile);
    this.#openssl('x509', '-req', '-in', requestFile, '-CA', this.file, '-CAkey', join(this.#folder, 'authority.key'), '-CAcreateserial', '-days', '2',
      '-extfile', extensions, '-out', certificateFile);
    return { keyFile, certificateFile, key: readFileSync(keyFile, 'utf8'), certificate: readFileSync(certificateFile, 'utf8'), subject: `CN=${name}` };
  }

  #openssl(...words) {
    execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}
