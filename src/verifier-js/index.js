export { protectedResource } from './rules/protected-resource.js';
export { Refused, bearerToken, createVerifier, refusals } from './shell/verifier.js';
