import { createVerifier } from 'identityprovider-verifier';
import { Clock } from './clock.js';
import { Issuer } from './issuer.js';

export const audience = 'https://api.example/';

/** An issuer, a clock that both sides read, and verifiers that end with the test. `faults` is what the verifiers could not do. */
export async function given(t) {
  const clock = new Clock();
  const issuer = await Issuer.start({ now: clock.now });
  const verifiers = [];
  const faults = [];
  t.after(async () => {
    for (const verifier of verifiers) verifier.close();
    await issuer.stop();
  });
  const verifier = (options = {}) => {
    const made = createVerifier({
      issuer: issuer.url, audience, push: false, now: clock.now, wait: clock.wait, onFault: (what, error) => faults.push(`${what}: ${error.message}`), ...options,
    });
    verifiers.push(made);
    return made;
  };
  return { clock, issuer, verifier, faults };
}

/** What a verifier makes of a token: 'good', or the reason of the refusal. */
export async function outcome(verifier, token, asked) {
  try {
    await verifier.verify(token, asked);
    return 'good';
  } catch (error) {
    if (error.name !== 'Refused') throw error;
    return error.reason;
  }
}
