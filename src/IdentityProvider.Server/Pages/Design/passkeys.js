// Passkeys (WebAuthn §5.1): shows the forms that are of use here alone, hands the server's options to the browser, and sends what the authenticator
// answered as a form like any other. Messages stand in the page, in its language.
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
const toList = (credentials = []) => credentials.map((credential) => ({ ...credential, id: toBytes(credential.id) }));

// A challenge is good for five minutes; who waits longer on the page gets another before that.
const askAgainAfter = 4 * 60 * 1000;
const messages = { InvalidStateError: 'taken', SecurityError: 'wrongSite', NotSupportedError: 'unsuitable', ConstraintError: 'unsuitable', TypeError: 'offline' };

let underWay;

/** The server's options and its sealed challenge; null where it wants to answer with a page of its own. */
async function ask(form) {
  const response = await fetch(form.dataset.options, { method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual' });
  if (!response.ok) return null;
  const { options, challenge } = await response.json();
  return {
    challenge,
    options: {
      ...options,
      challenge: toBytes(options.challenge),
      ...(options.user && { user: { ...options.user, id: toBytes(options.user.id) } }),
      ...(options.excludeCredentials && { excludeCredentials: toList(options.excludeCredentials) }),
      ...(options.allowCredentials && { allowCredentials: toList(options.allowCredentials) }),
    },
  };
}

function fieldsOf({ rawId, response }) {
  const common = { credential_id: toText(rawId), client_data: toText(response.clientDataJSON) };
  if (response.attestationObject) return { ...common, attestation_object: toText(response.attestationObject), transports: response.getTransports?.().join(' ') ?? '' };
  const { authenticatorData, signature, userHandle } = response;
  return { ...common, authenticator_data: toText(authenticatorData), signature: toText(signature), user_handle: userHandle ? toText(userHandle) : '' };
}

function send(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input');
    Object.assign(input, { type: 'hidden', name, value });
    form.append(input);
  }
  form.submit();
}

/** One ceremony, in place of any that waits. `mediation` is "conditional" for the one that the browser offers in the name's field. */
async function run(form, mediation) {
  underWay?.abort();
  const { signal } = underWay = new AbortController();
  const asked = await ask(form);
  if (signal.aborted) return;
  if (!asked) {
    if (!mediation) form.submit();
    return;
  }
  const request = { publicKey: asked.options, signal };
  const credential = form.dataset.passkey === 'create' ? await navigator.credentials.create(request) : await navigator.credentials.get({ ...request, mediation });
  send(form, { challenge: asked.challenge, ...fieldsOf(credential) });
}

async function offer(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  const again = setTimeout(() => offer(form), askAgainAfter);
  form.addEventListener('submit', () => clearTimeout(again), { once: true });
  // Nothing was asked of the person yet, so nothing is told to them either.
  await run(form, 'conditional').catch(() => {});
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!window.PublicKeyCredential) break;
  const status = form.querySelector('[role=status]');
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    status.textContent = status.dataset.waiting;
    try {
      await run(form);
    } catch (error) {
      // What was given up for another try says nothing.
      if (error.name !== 'AbortError') status.textContent = status.dataset[messages[error.name]] ?? status.dataset.notUsed;
    }
  });
  if ('offered' in form.dataset) offer(form);
}
if (!window.PublicKeyCredential) document.querySelectorAll('[data-passkey-missing]').forEach((text) => { text.hidden = false; });
