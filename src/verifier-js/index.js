export { Refused, bearerToken, createVerifier, refusals } from './shell/verifier.js';
