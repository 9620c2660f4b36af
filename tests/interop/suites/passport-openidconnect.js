import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import express from 'express';
import session from 'express-session';
import passport from 'passport';
import OpenIDConnectStrategy from 'passport-openidconnect';
import { claimsOfAda } from '../support/given.js';
import { givenPerson } from '../support/given-person.js';
import { WebApp, page, signInAt, webClient } from '../support/web-app.js';

/** Passport's strategy: it knows no discovery and no PKCE, so that its client is one that an operator lets do without. */
export function passportSuite(idp) {
  describe('passport-openidconnect', () => {
    const given = givenPerson(idp, 'ada-passport', () => WebApp.start(async (origin) => {
      const metadata = { ...webClient('Passport', origin, '/callback'), token_endpoint_auth_method: 'client_secret_post', require_pkce: false };
      return application(idp, await idp.createClient(metadata), origin);
    }));

    test('Signs a person in, with a nonce, and asks UserInfo', async (t) => {
      const window = await given.open(t);
      await window.page.goto(`${given.app.origin}/login`);
      await signInAt(window.page, given.user);
      await window.page.getByRole('heading', { name: 'Hello, Ada Example' }).waitFor();
      assert.equal(await window.page.locator('#email').innerText(), claimsOfAda.email);
      assert.deepEqual(window.faults, []);
    });

    test('An answer that nobody here asked for signs nobody in', async (t) => {
      const window = await given.open(t);
      const answer = await window.page.goto(`${given.app.origin}/callback?code=stolen&state=invented`);
      assert.equal(answer.status(), 403);
    });
  });
}

function application(idp, client, origin) {
  const passports = new passport.Passport();
  passports.serializeUser((user, done) => done(null, user));
  passports.deserializeUser((user, done) => done(null, user));
  passports.use('openidconnect', new OpenIDConnectStrategy({
    issuer: idp.issuer,
    authorizationURL: `${idp.issuer}/authorize`,
    tokenURL: `${idp.issuer}/token`,
    userInfoURL: `${idp.issuer}/userinfo`,
    clientID: client.client_id,
    clientSecret: client.client_secret,
    callbackURL: `${origin}/callback`,
    scope: 'profile email',
    nonce: true,
    skipUserProfile: false,
  }, (issuer, profile, done) => done(null, { name: profile.displayName, email: profile.emails[0].value })));
  const app = express();
  app.use(session({ name: 'passport', secret: randomBytes(32).toString('hex'), resave: false, saveUninitialized: false }), passports.session());
  app.get('/login', passports.authenticate('openidconnect'));
  app.get('/callback', passports.authenticate('openidconnect', { successRedirect: '/' }));
  app.get('/', (request, response) => response.send(page(`Hello, ${request.user?.name}`, `<p id="email">${request.user?.email}</p>`)));
  return app;
}
