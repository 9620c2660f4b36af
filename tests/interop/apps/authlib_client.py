"""A relying party on Debian's python3-authlib and requests: told the issuer and its client by arguments, told of the answer by standard input."""
import json
import sys

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebToken
from authlib.oidc.core import CodeIDToken

issuer, client_id, client_secret, redirect_uri = sys.argv[1:]
metadata = requests.get(issuer + "/.well-known/openid-configuration", timeout=10).json()
session = OAuth2Session(
    client_id,
    client_secret,
    scope="openid profile email offline_access",
    redirect_uri=redirect_uri,
    code_challenge_method="S256",
    token_endpoint_auth_method="client_secret_basic",
    revocation_endpoint_auth_method="client_secret_basic",
)

verifier, nonce = generate_token(64), generate_token()
url, state = session.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
print(url, flush=True)
answer = sys.stdin.readline().strip()

tokens = session.fetch_token(metadata["token_endpoint"], authorization_response=answer, state=state, code_verifier=verifier)
keys = requests.get(metadata["jwks_uri"], timeout=10).json()
claims = JsonWebToken(["RS256"]).decode(
    tokens["id_token"],
    keys,
    claims_cls=CodeIDToken,
    claims_options={"iss": {"values": [issuer]}, "aud": {"values": [client_id]}},
    claims_params={"nonce": nonce, "client_id": client_id, "access_token": tokens["access_token"]},
)
claims.validate()
person = session.get(metadata["userinfo_endpoint"]).json()
refreshed = session.refresh_token(metadata["token_endpoint"], refresh_token=tokens["refresh_token"])
revoked = session.revoke_token(metadata["revocation_endpoint"], token=refreshed["refresh_token"], token_type_hint="refresh_token")
after = session.get(metadata["userinfo_endpoint"])

json.dump(
    {
        "claims": claims,
        "person": person,
        "refreshed": refreshed["access_token"] != tokens["access_token"],
        "revoked": revoked.status_code,
        "after": after.status_code,
        "secrets": [*(tokens[name] for name in ("access_token", "refresh_token", "id_token")), refreshed["access_token"], refreshed["refresh_token"]],
    },
    sys.stdout,
)
