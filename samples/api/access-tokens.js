import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

/** A request that is refused, as RFC 6750 section 3 says it: the status and what stands in WWW-Authenticate. */
export class Refused extends Error {
  constructor(status, attributes) {
    super(attributes.error ?? 'no token');
    this.status = status;
    this.challenge = ['Bearer realm="orders"', ...Object.entries(attributes).map(([name, value]) => `${name}="${value}"`)].join(', ');
  }
}

/**
 * A function that verifies the access token of a request (RFC 9068 section 4) with the issuer's JWKS and nothing else:
 * no call for each token, no secret shared with the identity provider.
 */
export function accessTokenVerifier({ issuer, audience, jwksUri }) {
  // Keys are kept for ten minutes; a kid never seen before is looked for at once, though not more than once a second.
  const keys = createRemoteJWKSet(new URL(jwksUri), { cacheMaxAge: 600_000, cooldownDuration: 1_000 });

  return async function verify(authorization, requiredScope) {
    const token = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization ?? '')?.[1];
    // 1. No token: the challenge says what is wanted and no error (RFC 6750 section 3).
    if (!token) throw new Refused(401, {});

    // 2. The type, the algorithm by name, the signature, the issuer, the audience and the times (RFC 9068 section 4).
    const claims = await jwtVerify(token, keys, {
      typ: 'at+jwt',
      algorithms: ['RS256', 'PS256', 'ES256'],
      issuer,
      audience,
      requiredClaims: ['sub', 'client_id', 'exp', 'iat', 'jti'],
    }).then(
      ({ payload }) => payload,
      (error) => {
        // Keys that can't be had are an outage of ours, not a fault of the token.
        if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout || error.code === errors.JOSEError.code) throw error;
        throw new Refused(401, { error: 'invalid_token', error_description: 'The access token is malformed, expired or not meant for this API' });
      },
    );

    // 3. The scope that this request needs (RFC 6750 section 3.1).
    if (!(claims.scope ?? '').split(' ').includes(requiredScope)) throw new Refused(403, { error: 'insufficient_scope', scope: requiredScope });
    return claims;
  };
}
