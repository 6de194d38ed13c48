"""A small OpenID Connect provider on loopback that signs whatever claims a test wants."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "gongsheng-test", "test-secret"


class Provider:
    """Answers discovery, keys, authorisation and tokens; everybody is let in at once."""

    def __init__(self) -> None:
        self.claims: dict[str, object] = {"sub": "1"}
        self.forged = False
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.other = RSAKey.generate_key(2048, {"kid": "one"})
        self.nonces: dict[str, str] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                provider.get(self)

            def do_POST(self):
                provider.post(self)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def get(self, request) -> None:
        """Answer discovery, keys and the authorisation."""
        path, asked = urlsplit(request.path).path, parse_qs(urlsplit(request.path).query)
        if path == "/authorize":
            code = f"code-{len(self.nonces)}"
            self.nonces[code] = asked["nonce"][0]
            back = urlencode({"code": code, "state": asked["state"][0]})
            request.send_response(302)
            request.send_header("Location", f"{asked['redirect_uri'][0]}?{back}")
            request.send_header("Content-Length", "0")
            request.end_headers()
        elif path == "/keys":
            _answer(request, {"keys": [self.key.as_dict(private=False)]})
        else:
            _answer(
                request,
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    "id_token_signing_alg_values_supported": ["RS256"],
                },
            )

    def post(self, request) -> None:
        """Hand out the token of a code, once."""
        body = parse_qs(request.rfile.read(int(request.headers["Content-Length"])).decode())
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60,
            "nonce": self.nonces.pop(body["code"][0]), **self.claims,
        }  # fmt: skip
        key = self.other if self.forged else self.key
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
        _answer(request, {"access_token": "x", "token_type": "Bearer", "id_token": token})

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


def _answer(request, value) -> None:
    body = json.dumps(value).encode()
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)
