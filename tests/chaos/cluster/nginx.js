import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { Program } from '../../interop/support/program.js';

const binary = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx'].find(existsSync) ?? 'nginx';

/**
 * nginx in front of the nodes. A request goes to another node where the first can't be reached. One that was sent goes to no other if it is a POST,
 * which is nginx's own default (no `non_idempotent`): a code or a refresh token must not be shown twice by a proxy.
 */
export async function startNginx({ folder, port, nodes }) {
  await mkdir(folder, { mode: 0o755 });
  const file = `${folder}/nginx.conf`;
  await writeFile(file, configuration(folder, port, nodes));
  return new Program('nginx', binary, ['-e', 'stderr', '-p', folder, '-c', file], { folder: 'chaos' });
}

const configuration = (folder, port, nodes) => `
daemon off;
pid ${folder}/nginx.pid;
error_log stderr crit;
worker_processes 1;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream idp {
${nodes.map((node) => `    server 127.0.0.1:${node} max_fails=5 fail_timeout=1s;`).join('\n')}
    keepalive 32;
  }
  server {
    listen 127.0.0.1:${port};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_connect_timeout 1s;
    proxy_read_timeout 5s;
    proxy_next_upstream error timeout;
    proxy_next_upstream_tries 3;
    add_header X-Node $upstream_addr always;
    location / { proxy_pass http://idp; }
    # Passwords are hashed slowly.
    location ~ ^/(api/|login$) {
      proxy_pass http://idp;
      proxy_read_timeout 30s;
    }
    location = /status/events {
      proxy_pass http://idp;
      proxy_buffering off;
      proxy_read_timeout 30s;
    }
  }
}
`;
