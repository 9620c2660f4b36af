import * as oidc from 'openid-client';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/**
 * Everything this app says to the identity provider, in four steps: begin, finish, accessToken, signOut. And what the provider says to
 * it by itself: endedSession.
 * The libraries do the protocol; what is left here is which checks are asked for (all of them).
 */
export class RelyingParty {
  #settings;
  #discovery;
  #keys;
  #logoutTokens = new Map();

  constructor(settings) {
    this.#settings = settings;
  }

  /** Reads the provider's metadata at the first use; a failure is not remembered, so the app may start before the provider. */
  #configuration() {
    const { issuer, clientId, clientSecret } = this.#settings;
    // ID tokens come straight from the token endpoint; their signature is checked all the same.
    const execute = [oidc.enableNonRepudiationChecks];
    // Plain http is for an issuer on this very machine.
    if (issuer.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(issuer.hostname)) execute.push(oidc.allowInsecureRequests);
    this.#discovery ??= oidc
      .discovery(issuer, clientId, {}, oidc.ClientSecretBasic(clientSecret), { execute })
      .catch((error) => {
        this.#discovery = undefined;
        throw error;
      });
    return this.#discovery;
  }

  /** Where to send the browser, and what to remember until it is back. */
  async begin(returnTo) {
    const configuration = await this.#configuration();
    const pending = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      codeVerifier: oidc.randomPKCECodeVerifier(),
      returnTo,
    };
    const url = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#settings.redirectUri,
      scope: this.#settings.scope,
      resource: this.#settings.apiResource,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
    });
    return { url, pending };
  }

  /** Checks the answer (state, iss, nonce, signature) and exchanges the code. Throws oidc.AuthorizationResponseError on a refusal. */
  async finish(currentUrl, pending) {
    const tokens = await oidc.authorizationCodeGrant(
      await this.#configuration(),
      currentUrl,
      { pkceCodeVerifier: pending.codeVerifier, expectedState: pending.state, expectedNonce: pending.nonce, idTokenExpected: true },
      { resource: this.#settings.apiResource },
    );
    const claims = tokens.claims();
    // In the code flow names come from the UserInfo endpoint (OpenID Connect Core section 5.4); the subject must be the same (5.3.2).
    const profile = await oidc.fetchUserInfo(await this.#configuration(), tokens.access_token, claims.sub);
    return { ...kept(tokens), idToken: tokens.id_token, claims, profile };
  }

  /**
   * An access token that is still good, renewed when it is not: undefined when the person has to sign in again.
   * Requests that arrive together share one renewal.
   */
  async accessToken(signIn) {
    if (signIn.expiresAt - this.#settings.renewBefore > Date.now()) return signIn.accessToken;
    if (!signIn.refreshToken) return undefined;
    signIn.renewal ??= this.#renew(signIn).finally(() => {
      signIn.renewal = undefined;
    });
    return signIn.renewal;
  }

  async #renew(signIn) {
    try {
      const tokens = await oidc.refreshTokenGrant(await this.#configuration(), signIn.refreshToken, { resource: this.#settings.apiResource });
      Object.assign(signIn, kept(tokens, signIn.refreshToken));
      return signIn.accessToken;
    } catch (error) {
      // The grant is over (signed out elsewhere, revoked, expired): not a fault, a reason to sign in again.
      if (error instanceof oidc.ResponseBodyError && error.error === 'invalid_grant') return undefined;
      throw error;
    }
  }

  /** Gives the refresh token back and says where the browser goes to end the session at the provider too. */
  async signOut(signIn) {
    const configuration = await this.#configuration();
    if (signIn.refreshToken) await oidc.tokenRevocation(configuration, signIn.refreshToken, { token_type_hint: 'refresh_token' });
    return oidc.buildEndSessionUrl(configuration, {
      id_token_hint: signIn.idToken,
      post_logout_redirect_uri: this.#settings.postLogoutRedirectUri,
    });
  }

  /**
   * What a logout token says (OpenID Connect Back-Channel Logout 1.0 section 2.6): the `sid` of the session that ended, and the `sub` whose
   * it was. Throws where it isn't one, or is for another, or too old, or was here before.
   */
  async endedSession(logoutToken) {
    const metadata = (await this.#configuration()).serverMetadata();
    this.#keys ??= createRemoteJWKSet(new URL(metadata.jwks_uri));
    const { payload } = await jwtVerify(logoutToken, this.#keys, {
      typ: 'logout+jwt',
      algorithms: ['RS256'],
      issuer: metadata.issuer,
      audience: this.#settings.clientId,
      requiredClaims: ['iat', 'exp', 'jti', 'sub', 'sid'],
      maxTokenAge: '2 minutes',
      clockTolerance: '30 seconds',
    });
    if (typeof payload.events?.[logoutEvent] !== 'object' || 'nonce' in payload) throw new Error('not a logout token');
    const now = Date.now();
    for (const [jti, until] of this.#logoutTokens) if (until < now) this.#logoutTokens.delete(jti);
    if (this.#logoutTokens.has(payload.jti)) throw new Error('a logout token that was used');
    this.#logoutTokens.set(payload.jti, (payload.exp + 30) * 1000);
    return { sid: payload.sid, sub: payload.sub };
  }
}

function kept(tokens, previousRefreshToken) {
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? previousRefreshToken,
    expiresAt: Date.now() + (tokens.expiresIn() ?? 0) * 1000,
  };
}
