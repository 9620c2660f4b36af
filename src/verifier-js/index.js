export { protectedResource } from './rules/protected-resource.js';
export { Refused, bearerToken, createVerifier, refusals, sentToken } from './shell/verifier.js';
