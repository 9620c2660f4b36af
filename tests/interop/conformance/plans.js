import { commonClients } from './common-clients.js';
import { fapiClients } from './fapi-clients.js';
import { basicModules } from './plans/basic.js';
import { configModules } from './plans/config.js';
import { dynamicModules } from './plans/dynamic.js';
import { fapi2Modules } from './plans/fapi2.js';
import { backChannelLogoutModules, frontChannelLogoutModules, rpInitiatedLogoutModules, sessionManagementModules } from './plans/logout.js';

/** The plans in the order in which the page tells of them: { name, modules, variants }, each variant with what its modules work with. */
export function plansOf(run) {
  const clients = commonClients(run);
  const plan = (name, modules, variants = [{}]) => ({ name, modules, variants: variants.map((variant) => ({ variant: '', clients, common: clients, ...variant })) });
  return [
    plan('oidcc-config-certification-test-plan', configModules),
    plan('oidcc-basic-certification-test-plan', basicModules),
    plan('oidcc-formpost-basic-certification-test-plan', basicModules, [{ responseMode: 'form_post' }]),
    plan('oidcc-dynamic-certification-test-plan', dynamicModules),
    plan('oidcc-rp-initiated-logout-certification-test-plan', rpInitiatedLogoutModules),
    plan('oidcc-backchannel-rp-initiated-logout-certification-test-plan', backChannelLogoutModules),
    plan('oidcc-frontchannel-rp-initiated-logout-certification-test-plan', frontChannelLogoutModules),
    plan('oidcc-session-management-certification-test-plan', sessionManagementModules),
    plan('fapi2-security-profile-final-test-plan', fapi2Modules, fapiVariants(run, {})),
    plan('fapi2-message-signing-final-test-plan', fapi2Modules, fapiVariants(run, { isSigned: true, responseMode: 'jwt' })),
  ];
}

/** Clients that sign assertions and proofs, and clients that are known by TLS and whose tokens are. */
function fapiVariants(run, options) {
  return [
    { variant: 'private_key_jwt, DPoP', method: 'private_key_jwt', sender: 'dpop', tokenType: 'dpop' },
    { variant: 'mTLS', method: 'tls_client_auth', sender: 'mtls' },
  ].map((variant) => ({ ...options, ...variant, clients: fapiClients(run, { ...options, ...variant }) }));
}
