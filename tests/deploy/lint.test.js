import assert from 'node:assert/strict';
import { readdirSync, mkdtempSync, writeFileSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { validate } from 'dockerfile-utils';
import { linter, read, root, run, yaml } from './support.js';

const listed = (heading) => {
  const lines = read('docs/observability.md').split('\n');
  const from = lines.indexOf(heading) + 1;
  const rows = lines.slice(from, lines.findIndex((line, at) => at > from && line.startsWith('## '))).filter((line) => line.startsWith('| `'));
  return rows.map((row) => row.split('`').at(-2));
};
const metrics = [...listed('## Metrics of this server'), ...listed('## Metrics of the framework and the driver')];

/** The metrics that an expression names: what looks like one of ours, the framework's or the driver's. */
const metricsOf = (text) => [...text.matchAll(/\b(?:idp|http_server|kestrel|db_client|dotnet)_[a-z_]+/g)]
  .map(([name]) => name).filter((name) => !/^(?:db_client_connection_state)$/.test(name)).map((name) => name.replace(/_seconds_(?:bucket|count|sum)$/, '_seconds'));

test('The Dockerfile is one, runs as nobody in particular and copies what exists', () => {
  const text = read('deploy/Dockerfile');
  assert.deepEqual(validate(text).map(({ message, range }) => `${range.start.line + 1}: ${message}`), []);
  const [, , final] = text.split(/^FROM /m);
  assert.match(final, /chiseled/);
  assert.equal([...final.matchAll(/^USER (\d+)$/gm)].at(-1)?.[1], '1654');
  for (const [, paths] of text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
    for (const path of paths.split(' ')) assert.ok(existsSync(join(root, path)), `${path} exists`);
  }
  // Every project that the server is built of brings its lock file before it is restored.
  const projects = [...read('src/IdentityProvider.Server/IdentityProvider.Server.csproj').matchAll(/ProjectReference Include="..\/([\w.]+)\//g)].map(([, name]) => name);
  for (const project of [...projects, 'IdentityProvider.Server']) assert.ok(text.includes(`src/${project}/packages.lock.json`), project);
});

for (const file of ['deploy/compose.postgres.yml', 'deploy/compose.sqlserver.yml']) {
  test(`${file} names what it has, and gives the server nothing that it doesn't need`, () => {
    const [compose] = yaml(file, { version: '1.1' });
    for (const [name, service] of Object.entries(compose.services)) {
      assert.ok(service.image, `${name} has an image`);
      for (const other of Object.keys(service.depends_on ?? {})) assert.ok(compose.services[other], `${name} waits for ${other}`);
      for (const secret of service.secrets ?? []) assert.ok(compose.secrets[secret], `${name} has the secret ${secret}`);
      for (const network of Array.isArray(service.networks) ? service.networks : Object.keys(service.networks)) assert.ok(network in compose.networks, `${name} is in ${network}`);
      for (const volume of service.volumes ?? []) assert.ok(volume.split(':')[0] in compose.volumes, `${name} has ${volume}`);
      assert.ok(!service.privileged);
      assert.doesNotMatch(JSON.stringify(service.environment ?? {}), /PASSWORD":"[^/]/, `${name} has no password in its environment`);
      if (service.image !== 'idp') continue;
      assert.deepEqual([service.read_only, service.cap_drop, service.security_opt], [true, ['ALL'], ['no-new-privileges:true']], name);
      for (const port of service.ports ?? []) assert.match(port, /^127\.0\.0\.1:/, 'TLS ends before it');
    }
    const grace = Number.parseInt(compose.services['idp-1'].stop_grace_period, 10);
    assert.ok(grace > 25, 'longer than the notice and the grace of the server');
  });
}

const folder = 'deploy/kubernetes';
const manifests = Object.fromEntries(readdirSync(join(root, folder)).map((name) => [name, yaml(`${folder}/${name}`)[0]]));

test('Each Kubernetes manifest keeps to the schema of its kind', async () => {
  const tried = [];
  for (const [name, manifest] of Object.entries(manifests)) {
    if (manifest.kind === 'Kustomization') continue;
    const kinds = await import(`kubernetes-models/${manifest.apiVersion}`);
    assert.doesNotThrow(() => new kinds[manifest.kind](manifest).validate(), name);
    tried.push(manifest.kind);
  }
  assert.deepEqual(tried.sort(), ['ConfigMap', 'Deployment', 'HorizontalPodAutoscaler', 'Job', 'Namespace', 'NetworkPolicy', 'PodDisruptionBudget', 'Secret', 'Service']);
  // And the schema does refuse: a probe of a kind that there isn't.
  const { Deployment } = await import('kubernetes-models/apps/v1');
  assert.throws(() => new Deployment({ ...manifests['deployment.yml'], spec: { replicas: 'three' } }).validate());
});

test('The manifests fit each other', () => {
  const { spec } = manifests['deployment.yml'];
  const labels = spec.template.metadata.labels;
  const fits = (selector) => Object.entries(selector).every(([name, value]) => labels[name] === value);
  assert.ok(fits(spec.selector.matchLabels) && fits(manifests['service.yml'].spec.selector) && fits(manifests['disruption-budget.yml'].spec.selector.matchLabels));
  assert.ok(fits(manifests['network-policy.yml'].spec.podSelector.matchLabels));
  assert.equal(manifests['autoscaler.yml'].spec.scaleTargetRef.name, manifests['deployment.yml'].metadata.name);
  assert.equal(spec.replicas, undefined, 'how many there are is the autoscaler\'s');
  assert.deepEqual(manifests['kustomization.yml'].resources.toSorted(), Object.keys(manifests).filter((name) => !/^(kustomization|secret)\./.test(name)).toSorted());

  for (const { spec: pod } of [spec.template, manifests['migrate-job.yml'].spec.template]) {
    const [container] = pod.containers;
    assert.deepEqual([pod.securityContext.runAsNonRoot, pod.automountServiceAccountToken, container.securityContext.readOnlyRootFilesystem, container.securityContext.capabilities.drop], [true, false, true, ['ALL']]);
    for (const { name } of container.volumeMounts) assert.ok(pod.volumes.some((volume) => volume.name === name));
    for (const { configMapRef } of container.envFrom) assert.equal(configMapRef.name, manifests['configuration.yml'].metadata.name);
    // A master key that others may read is refused by the server.
    assert.equal(pod.volumes.find(({ secret }) => secret).secret.defaultMode & 0o037, 0);
  }

  const [container] = spec.template.spec.containers;
  assert.deepEqual([container.startupProbe, container.livenessProbe, container.readinessProbe].map(({ httpGet }) => httpGet.path), ['/health/live', '/health/live', '/health/ready']);
  const [, minutes, seconds] = manifests['configuration.yml'].data.Idp__Shutdown__Notice.split(':').map(Number);
  assert.ok(spec.template.spec.terminationGracePeriodSeconds > minutes * 60 + seconds + 20, 'longer than the notice and the grace');
});

const promtool = linter('promtool');
const caddy = linter('caddy');

test('promtool checks the alert rules and runs their own tests', { skip: !promtool && 'promtool is missing' }, async () => {
  const checked = await run(promtool, ['check', 'rules', join(root, 'deploy/prometheus/alerts.yml')]);
  assert.equal(checked.status, 0, checked.text);
  const tested = await run(promtool, ['test', 'rules', join(root, 'deploy/prometheus/alerts.test.yml')]);
  assert.equal(tested.status, 0, tested.text);
});

test('Alerts and dashboard name metrics and events that exist, and each alert says what to do', () => {
  const [{ groups: [{ rules }] }] = yaml('deploy/prometheus/alerts.yml');
  const dashboard = JSON.parse(read('deploy/grafana/idp.json'));
  const expressions = [...rules.map(({ expr }) => expr), ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))];
  assert.ok(rules.length >= 10 && expressions.length > rules.length);
  for (const expression of expressions) {
    assert.ok(metricsOf(expression).length > 0, expression);
    for (const name of metricsOf(expression)) assert.ok(metrics.includes(name), `${name} is on the page`);
  }
  const actions = read('docs/audit.md');
  for (const [, names] of expressions.join('\n').matchAll(/action[=!~]+"([^"]+)"/g)) {
    for (const name of names.split('|')) assert.ok(actions.includes(`\`${name}\``), `${name} is an event`);
  }
  for (const { alert, annotations, labels } of rules) assert.ok(annotations.summary && annotations.action && labels.severity, alert);
  for (const name of listed('## Metrics of this server')) assert.ok(expressions.some((expression) => metricsOf(expression).includes(name)), `${name} is watched`);
});

test('systemd takes the unit, and finds little that it exposes', { skip: !linter('systemd-analyze') && 'systemd-analyze is missing' }, async (t) => {
  const place = mkdtempSync(join(tmpdir(), 'idp-unit-'));
  t.after(() => rmSync(place, { recursive: true }));
  const unit = join(place, 'idp.service');
  writeFileSync(unit, read('deploy/systemd/idp.service').replaceAll('/usr/local/lib/idp/idp', '/bin/true').replaceAll('/usr/local/lib/idp', '/'));
  const verified = await run('systemd-analyze', ['verify', unit]);
  assert.deepEqual([verified.status, verified.text], [0, '']);
  const exposed = await run('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit]);
  assert.equal(exposed.status, 0, exposed.text.split('\n').slice(-3).join('\n'));
});

test('Caddy takes its file, as it would write it', { skip: !caddy && 'caddy is missing' }, async () => {
  const file = join(root, 'deploy/caddy/Caddyfile');
  const home = { env: { ...process.env, HOME: tmpdir(), XDG_DATA_HOME: tmpdir(), XDG_CONFIG_HOME: tmpdir() } };
  const validated = await run(caddy, ['validate', '--adapter', 'caddyfile', '--config', file], home);
  assert.equal(validated.status, 0, validated.text);
  assert.equal((await run(caddy, ['fmt', file], home)).text, read('deploy/caddy/Caddyfile'));
});
