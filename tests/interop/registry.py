#!/usr/bin/env python3
"""What tests/interop/registry.sh runs beside a real registry: a token server that it believes, and a registry
of its own that misbehaves. usage: registry.py DIR

Listens on loopback ports and writes "plain", "other", "tls", "named" and "proxy" with them to DIR/ports; each request
becomes a line of JSON in DIR/requests. DIR holds server.pem and elsewhere.pem (keys and certificates, for TLS on the
third and fourth) and token.key with token.crt (for signing tokens). The proxy takes CONNECT to any host, and leads to
the fourth. Any other port serves:

/token            the token server: user "user" with password "pass-secret", identity token "identity-secret"
/v2/HOW/x/...     an image of one layer, and HOW it goes wrong: the functions below
"""
import base64
import gzip
import hashlib
import http.server
import io
import json
import os
import random
import select
import socket
import ssl
import subprocess
import sys
import tarfile
import threading
import time
import urllib.parse

DIR = sys.argv[1]
PORTS = {}
SEEN = {}  # how often a path was asked for
LOCK = threading.Lock()
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def make():
    """Layer, configuration and manifest, the same ones each time."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        content = random.Random(1).randbytes(400 * 1000)
        entry = tarfile.TarInfo("data")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    layer = gzip.compress(plain.getvalue(), mtime=0)
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {},
                         "rootfs": {"type": "layers", "diff_ids": [digest(plain.getvalue())]}}).encode()
    return layer, config


LAYER, CONFIG = make()


def manifest(**change):
    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest(LAYER), "size": len(LAYER)}
    layer.update(change.pop("layer", {}))
    value = {"schemaVersion": 2, "mediaType": MANIFEST,
             "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(CONFIG),
                        "size": len(CONFIG)},
             "layers": [layer]}
    value.update(change)
    return json.dumps(value).encode()


def sign(claims):
    """A JWT as docker-registry wants it: RS256 with the certificate in its header."""
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    lines = open(DIR + "/token.crt").read().split("\n")
    certificate = "".join(line for line in lines if "-" not in line)
    text = part(json.dumps({"typ": "JWT", "alg": "RS256", "x5c": [certificate]}).encode()) + b"." + \
        part(json.dumps(claims).encode())
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", DIR + "/token.key"], input=text,
                               stdout=subprocess.PIPE, check=True).stdout
    return (text + b"." + part(signature)).decode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def note(self):
        with LOCK:
            SEEN[self.path] = SEEN.get(self.path, 0) + 1
            with open(DIR + "/requests", "a", encoding="utf-8") as out:
                out.write(json.dumps({"port": self.server.kind, "method": self.command, "path": self.path,
                                      **{k.lower(): v for k, v in self.headers.items()}}) + "\n")
        return SEEN[self.path]

    def say(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            for one in value if isinstance(value, list) else [value]:
                self.send_header(name.replace("_", "-"), one)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        self.times = self.note()
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urllib.parse.urlsplit(self.path)
        parts = path.path.split("/")
        try:
            if parts[1] == "token":
                self.token(parts[2:], urllib.parse.parse_qs(path.query))
            elif parts[1] == "blob":
                self.blob()
            elif len(parts) == 6 and parts[1] == "v2" and hasattr(self, "v2_" + parts[2]):
                getattr(self, "v2_" + parts[2])(parts[4], parts[5])
            else:
                self.say(404)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True

    do_POST = do_GET

    # --- the token server -----------------------------------------------------------------------

    def token(self, how, query):
        if how:
            self.odd_token(how[0])
            return
        form = urllib.parse.parse_qs(self.body.decode())
        scope = (form.get("scope") or query.get("scope") or [""])[0]
        user = None
        if form:
            if form["refresh_token"] != ["identity-secret"] or form["grant_type"] != ["refresh_token"]:
                self.say(401)
                return
            user = "user"
        elif "Authorization" in self.headers:
            if self.headers["Authorization"] != "Basic " + base64.b64encode(b"user:pass-secret").decode():
                self.say(401)
                return
            user = "user"
        kind, name, actions = scope.split(":")
        may = user or not name.startswith("private/")
        now = int(time.time())
        token = sign({"iss": "issuer", "sub": user or "", "aud": "service", "exp": now + 300, "nbf": now - 10,
                      "iat": now, "jti": str(now), "access": [{"type": kind, "name": name,
                                                                 "actions": actions.split(",") if may else []}]})
        self.say(200, json.dumps({"access_token" if form else "token": token, "expires_in": 300}).encode())

    def odd_token(self, how):
        if how == "count":
            with LOCK:
                SEEN["count"] = SEEN.get("count", 0) + 1
                SEEN["uses"] = 0
        self.say(200, {
            "count": b'{"token":"count-%d"}' % SEEN.get("count", 0),
            "huge": b'{"token":"' + b"a" * 100000 + b'"}',
            "list": b'["token"]',
            "none": b"{}",
            "text": b"<html>hello</html>",
            "line": b'{"token":"a\\r\\nX-Evil: 1"}',
            "good": b'{"token":"good-secret","expires_in":-1}',
            "forever": b'{"token":"good-secret","expires_in":1e400}',
        }[how])

    # --- a registry, well and otherwise ---------------------------------------------------------

    def good(self, what, name, data=None, kind=MANIFEST, **headers):
        if what == "manifests":
            self.say(200, data or manifest(), Content_Type=kind, **headers)
        elif name == digest(CONFIG):
            self.say(200, CONFIG, Content_Type="application/octet-stream")
        else:
            self.blob()

    def blob(self, data=LAYER):
        begin = int(self.headers.get("Range", "bytes=0-")[6:].split("-")[0])
        if begin:
            self.say(206, data[begin:], Content_Range=f"bytes {begin}-{len(data) - 1}/{len(data)}")
        else:
            self.say(200, data)

    def v2_good(self, what, name):
        self.good(what, name)

    def v2_announces(self, what, name):
        self.good(what, name, Docker_Content_Digest=digest(b"something else"))

    def v2_swapped(self, what, name):  # another manifest than the digest says
        self.good(what, name, manifest(annotations={"a": "b"}))

    def v2_clash(self, what, name):
        self.good(what, name, kind=INDEX)

    def v2_schema1(self, what, name):
        self.good(what, name, kind="application/vnd.docker.distribution.manifest.v1+prettyjws")

    def v2_text(self, what, name):
        self.good(what, name, b"<html>Please log in.</html>", kind="text/html")

    def v2_large(self, what, name):
        self.good(what, name, b" " * (5 << 20))

    def v2_endless(self, what, name):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for _ in range(100000):
            self.wfile.write(b"400\r\n" + b" " * 1024 + b"\r\n")

    def v2_headers(self, what, name):
        self.say(200, manifest(), X_Many=["x" * 50] * 10000)

    def v2_longer(self, what, name):
        self.good(what, name, manifest(layer={"size": len(LAYER) - 1}))

    def v2_shorter(self, what, name):
        self.good(what, name, manifest(layer={"size": len(LAYER) + 1}))

    def v2_flipped(self, what, name):
        if what == "blobs" and name == digest(LAYER):
            self.blob(LAYER[:-1] + b"x")
        else:
            self.good(what, name)

    def v2_config(self, what, name):
        if what == "blobs" and name == digest(CONFIG):
            self.say(200, CONFIG.replace(b"amd64", b"arm64"))
        else:
            self.good(what, name)

    def v2_cut(self, what, name):  # the first answer breaks off in the middle
        if what == "blobs" and name == digest(LAYER) and self.times == 1:
            self.say(200, LAYER[:150000], Content_Length=str(len(LAYER)))
            self.close_connection = True
        else:
            self.good(what, name)

    def v2_lost(self, what, name):
        if what == "blobs" and name == digest(LAYER):
            self.say(404)
        else:
            self.good(what, name)

    def v2_busy(self, what, name):
        if self.times < 3:
            self.say(503)
        else:
            self.good(what, name)

    def v2_later(self, what, name):
        if self.times < 2:
            self.say(429, Retry_After="1")
        else:
            self.good(what, name)

    def v2_decade(self, what, name):
        self.say(429, Retry_After="315360000")

    def v2_negative(self, what, name):
        if self.times < 2:
            self.say(429, Retry_After="-7")
        else:
            self.good(what, name)

    def v2_slow(self, what, name):
        self.say(200, Content_Length="1000")
        for _ in range(200):
            time.sleep(1)
            self.wfile.write(b" ")
            self.wfile.flush()

    # --- redirects of the layer -----------------------------------------------------------------

    def bearer(self, what, name, realm="/token/good"):
        """A registry that wants a token; False once it has said so."""
        if self.headers.get("Authorization") == "Bearer good-secret":
            return True
        realm = realm if ":" in realm else f"http://127.0.0.1:{PORTS['other']}{realm}"
        self.say(401, WWW_Authenticate=f'Bearer realm="{realm}",service="s",scope="repository:other:push"')
        return False

    def to(self, what, name, where):
        if self.bearer(what, name):
            if what == "blobs" and name == digest(LAYER):
                self.say(307, Location=where, Set_Cookie="session=cookie-secret; Path=/")
            else:
                self.good(what, name)

    def v2_away(self, what, name):
        self.to(what, name, f"http://localhost:{PORTS['other']}/blob/layer?X-Signature=signed-secret")

    def v2_relative(self, what, name):
        self.to(what, name, "/blob/layer")

    def v2_metadata(self, what, name):
        self.to(what, name, "http://169.254.169.254/latest/meta-data")

    def v2_private(self, what, name):
        self.to(what, name, "https://10.0.0.1/x")

    def v2_file(self, what, name):
        self.to(what, name, "file:///etc/passwd")

    def v2_round(self, what, name):
        self.to(what, name, self.path)

    def v2_trap(self, what, name):  # where it leads to asks for credentials
        self.to(what, name, f"http://localhost:{PORTS['other']}/v2/asks/x/blobs/{name}")

    def v2_asks(self, what, name):
        self.say(401, WWW_Authenticate=f'Bearer realm="http://127.0.0.1:{PORTS["other"]}/token/good",service="trap"')

    def v2_down(self, what, name):  # from https: to http:
        if what == "blobs" and name == digest(LAYER):
            self.say(307, Location=f"http://127.0.0.1:{PORTS['plain']}/blob/layer")
        else:
            self.good(what, name)

    # --- who asks -------------------------------------------------------------------------------

    def v2_realm(self, what, name):
        if self.bearer(what, name):
            self.good(what, name)

    def v2_realmdown(self, what, name):
        if self.bearer(what, name, f"http://127.0.0.1:{PORTS['plain']}/token/good"):
            self.good(what, name)

    def v2_realmmeta(self, what, name):
        self.bearer(what, name, "https://169.254.169.254/token")

    def v2_realmprivate(self, what, name):
        self.bearer(what, name, "https://192.168.1.1/token")

    def v2_realmhere(self, what, name):  # a host on the Internet, as far as anybody can tell
        self.bearer(what, name, f"https://127.0.0.1:{PORTS['tls']}/token/good")

    def v2_near(self, what, name):
        if what == "blobs" and name == digest(LAYER):
            self.say(307, Location=f"https://127.0.0.1:{PORTS['tls']}/blob/layer")
        else:
            self.good(what, name)

    def v2_realmfile(self, what, name):
        self.bearer(what, name, "file:///etc/passwd")

    def v2_realmuser(self, what, name):
        self.bearer(what, name, "https://a:b@127.0.0.1/token")

    def v2_tokenhuge(self, what, name):
        self.bearer(what, name, "/token/huge")

    def v2_tokenlist(self, what, name):
        self.bearer(what, name, "/token/list")

    def v2_tokennone(self, what, name):
        self.bearer(what, name, "/token/none")

    def v2_tokentext(self, what, name):
        self.bearer(what, name, "/token/text")

    def v2_tokenline(self, what, name):
        self.bearer(what, name, "/token/line")

    def v2_tokenlost(self, what, name):
        self.bearer(what, name, "/nothing")

    def v2_tokenforever(self, what, name):
        if self.bearer(what, name, "/token/forever"):
            self.good(what, name)

    def v2_expires(self, what, name):  # a token is good for two requests
        with LOCK:
            good = self.headers.get("Authorization") == f"Bearer count-{SEEN.get('count', 0)}"
            uses = SEEN["uses"] = SEEN.get("uses", 0) + 1
        if good and uses <= 2:
            self.good(what, name)
        else:
            self.say(401, WWW_Authenticate=f'Bearer realm="http://127.0.0.1:{PORTS["other"]}/token/count",'
                                           'service="s",error="invalid_token"')

    def v2_silent(self, what, name):
        self.say(401)

    def v2_garbled(self, what, name):
        self.say(401, WWW_Authenticate='Bearer realm="unclosed')

    def v2_basic(self, what, name):
        if self.headers.get("Authorization") == "Basic " + base64.b64encode(b"user:pass-secret").decode():
            self.good(what, name)
        else:
            self.say(401, WWW_Authenticate='Basic realm="x"')

    def v2_echo(self, what, name):  # says back what it was told
        told = self.headers.get("Authorization")
        said = base64.b64decode(told[6:]).decode() if told else "nothing"
        self.say(403 if told else 401, json.dumps({"errors": [{"code": "DENIED", "message": said}]}).encode(),
                 WWW_Authenticate=f'Basic realm="{said}"')


class Proxy(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_CONNECT(self):
        with open(DIR + "/requests", "a", encoding="utf-8") as out:
            out.write(json.dumps({"port": "proxy", "method": "CONNECT", "path": self.path}) + "\n")
        with socket.create_connection(("127.0.0.1", PORTS["named"])) as far:
            self.send_response(200)
            self.end_headers()
            pair = {self.connection: far, far: self.connection}
            while True:
                for one in select.select(list(pair), [], [])[0]:
                    data = one.recv(65536)
                    if not data:
                        return
                    pair[one].sendall(data)


def main():
    for kind in "plain", "other", "tls", "named", "proxy":
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy if kind == "proxy" else Handler)
        server.kind = kind
        server.daemon_threads = True
        if kind in ("tls", "named"):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(DIR + ("/server.pem" if kind == "tls" else "/elsewhere.pem"))
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        PORTS[kind] = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
    with open(DIR + "/ports.new", "w", encoding="ascii") as out:
        out.write("".join(f"{kind}={port}\n" for kind, port in PORTS.items()))
    os.rename(DIR + "/ports.new", DIR + "/ports")
    threading.Event().wait()


main()
