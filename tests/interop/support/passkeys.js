/**
 * An authenticator that is plugged into this window (the DevTools protocol's domain WebAuthn), touched whenever it asks; `send` speaks of it to the
 * browser. As it is, it is a device's own, which a password manager keeps in step, and it verifies its person.
 */
export async function plugIn(window, options = {}) {
  window.cdp ??= await window.context.newCDPSession(window.page);
  await window.cdp.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await window.cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true, defaultBackupEligibility: true, defaultBackupState: true, ...options,
    },
  });
  return { send: (method, more = {}) => window.cdp.send(`WebAuthn.${method}`, { authenticatorId, ...more }) };
}
