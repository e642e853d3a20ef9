#!/usr/bin/env python3
"""Planted secrets of every family in many carriers, as a Docker archive.

secrets.py make SEED ARCHIVE LABELS VALUES
secrets.py compare REPORT LABELS RULES.yaml

Values are made here: the prefixes that vendors publish, noise of the right alphabet, right checksums; none
was ever anybody's, and none stands in this file whole. LABELS has a line each: family, rule, where it is
told. VALUES has what must be printed nowhere. RULES.yaml: every family of it must be among the labels.
"""
import base64, gzip, hashlib, io, json, lzma, os, random, re, string, subprocess, sys, tarfile, tempfile, zipfile, zlib

LOW, UP, NUM, HEX = string.ascii_lowercase, string.ascii_uppercase, string.digits, "0123456789abcdef"
ALNUM = UP + LOW + NUM
rnd = random.Random()


def noise(alphabet, n):
    """As random as it must look: with digits and letters, without runs."""
    while True:
        s = "".join(rnd.choice(alphabet) for _ in range(n))
        changes = sum(a.isdigit() != b.isdigit() or a.isupper() != b.isupper() for a, b in zip(s, s[1:]))
        mixed = sum(c.isdigit() for c in s) >= 2 and sum(c.isalpha() for c in s) >= 2 and changes * 5 >= n + 2
        if not re.search(r"(.)\1\1\1", s) and (n < 10 or len(set(alphabet)) <= 10 or mixed or not set(alphabet) & set(NUM)):
            return s


def crc(prefix):
    body, digits, n, tail = noise(ALNUM, 30), NUM + UP + LOW, 0, ""
    n = zlib.crc32(body.encode())
    for _ in range(6):
        tail, n = digits[n % 62] + tail, n // 62
    return prefix + body + tail


def b64(n):
    while True:
        s = base64.b64encode(rnd.randbytes(n)).decode()
        if not re.search(r"(.)\1\1\1", s):
            return s


def uuid():
    h = noise(HEX, 32)
    return "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))


def jwt():
    part = lambda d: base64.urlsafe_b64encode(json.dumps(d).encode()).decode().rstrip("=")
    return ".".join((part({"alg": "HS256", "typ": "JWT"}), part({"iss": "https://id.corp.internal", "exp": 1893456000}), noise(ALNUM, 43)))


def run(*command):
    return subprocess.run(command, check=True, capture_output=True).stdout.decode()


def pem(*more):
    return run("openssl", "genpkey", "-algorithm", "ED25519", *more)


def ssh(words):
    with tempfile.TemporaryDirectory() as d:
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", words, "-f", d + "/k")
        return open(d + "/k").read()


B = "-_" + ALNUM
NAMED = lambda name, alphabet, n: (lambda: ("%s = \"{}\"\n" % name, noise(alphabet, n)))
BARE = lambda prefix, alphabet, n, tail="": (lambda: ("token = '{}'\n", prefix + noise(alphabet, n) + tail))
PATH = lambda path, form, make: (lambda: (form, make(), path))
# family: what gives a form with {} for the value, the value, and a path where it must lie there
FAMILIES = {
    "gcp-service-account": lambda: ('{{\n "type": "service_account",\n "private_key_id": "k1",\n "private_key": "{}"\n}}\n',
                                    pem().replace("\n", "\\n"), "srv/gcp.json"),
    "private-key": PATH("etc/ssl/private/server.key", "{}", pem),
    "private-key-locked": PATH("root/.ssh/id_ed25519", "{}", lambda: ssh("open sesame")),
    "private-key-test": PATH("srv/tests/server.key", "{}", pem),
    "putty-private-key": lambda: ("{}", "PuTTY-User-Key-" + "File-3: ssh-ed25519\nEncryption: none\nComment: x\n", "root/key.ppk"),
    "putty-private-key-locked": lambda: ("{}", "PuTTY-User-Key-" + "File-2: ssh-rsa\nEncryption: aes256-cbc\nComment: x\n", "root/key2.ppk"),
    "age-secret-key": BARE("AGE-SECRET-KEY-1", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58),
    "wireguard-private-key": lambda: ("PrivateKey = {}\n", b64(32), "etc/wireguard/wg0.conf"),
    "aws-access-key-id": BARE("AK" + "IA", UP + "234567", 16),
    "aws-secret-access-key": NAMED("aws_secret_access_key", ALNUM, 40),
    "alibaba-access-key-id": lambda: ("access_key: '{}'\n", "LT" + "AI" + noise(ALNUM, 20)),
    "alibaba-secret-key": NAMED("ALIBABA_SECRET", ALNUM, 30),
    "azure-storage-account-key": lambda: ("AccountName=x;AccountKey={};EndpointSuffix=core\n", b64(64)),
    "azure-sas-token": lambda: ("u=https://x.blob/c?sv=2022-11-02&ss=b&srt=co&sp=r&sig={}%3D\n", noise(ALNUM, 43)),
    "azure-devops-pat": NAMED("AZURE_DEVOPS_PAT", LOW + NUM, 52),
    "azure-entra-client-secret": lambda: ("x: {}\n", noise(ALNUM, 3) + "8Q~" + noise(ALNUM, 34)),
    "azure-container-registry-credential": lambda: ("docker login team.azurecr.io -u team -p {}\n", noise(ALNUM, 30)),
    "azure-container-registry-password": lambda: ("x: {}\n", noise(ALNUM, 42) + "+AC" + "R" + noise(ALNUM, 6)),
    "azure-app-config-connection-string": lambda: ("c = Endpoint=https://team.azconfig.io;Id=ab-l0-s0:x;Secret={}\n", b64(33)),
    "azure-ai-services-key": NAMED("AZURE_OPENAI_KEY", HEX, 32),
    "digitalocean-token": BARE("dop_v1_", HEX, 64),
    "cloudflare-api-token": NAMED("CLOUDFLARE_API_TOKEN", B, 40),
    "cloudflare-origin-ca-key": lambda: ("t: {}\n", "v1.0-" + noise(HEX, 24) + "-" + noise(HEX, 146)),
    "heroku-api-key": lambda: ("HEROKU_API_KEY={}\n", uuid()),
    "vercel-token": NAMED("VERCEL_TOKEN", ALNUM, 24),
    "netlify-token": BARE("nfp_", ALNUM, 36),
    "supabase-key": BARE("sbp_", HEX, 40),
    "planetscale-password": BARE("pscale_pw_", ALNUM, 43),
    "planetscale-api-token": BARE("pscale_tkn_", ALNUM, 43),
    "databricks-api-token": BARE("da" + "pi", HEX, 32),
    "fastly-api-token": NAMED("FASTLY_API_TOKEN", ALNUM, 32),
    "github-pat": lambda: ("token={}\n", crc("gh" + "p_")),
    "github-oauth": lambda: ("token={}\n", crc("gh" + "o_")),
    "github-app-token": lambda: ("token={}\n", crc("gh" + "s_")),
    "github-refresh-token": lambda: ("token={}\n", crc("gh" + "r_")),
    "github-fine-grained-pat": lambda: ("t={}\n", "github_" + "pat_" + noise(ALNUM, 22) + "_" + noise(ALNUM, 59)),
    "gitlab-pat": BARE("gl" + "pat-", ALNUM, 20),
    "gitlab-deploy-token": BARE("gl" + "dt-", ALNUM, 20),
    "gitlab-runner-token": BARE("gl" + "rt-", ALNUM, 20),
    "gitlab-trigger-token": BARE("gl" + "ptt-", HEX, 40),
    "gitlab-job-token": BARE("gl" + "cbt-64_", ALNUM, 20),
    "gitlab-feed-token": BARE("gl" + "ft-", ALNUM, 20),
    "gitlab-agent-token": BARE("gl" + "agent-", ALNUM, 50),
    "gitlab-oauth-secret": BARE("gl" + "oas-", HEX, 64),
    "bitbucket-app-password": BARE("AT" + "BB", ALNUM, 32),
    "bitbucket-client-secret": NAMED("BITBUCKET_SECRET", B, 64),
    "bitbucket-client-id": NAMED("BITBUCKET_KEY", ALNUM, 32),
    "atlassian-api-token": BARE("ATATT" + "3", B, 186),
    "npm-access-token": lambda: ("t={}\n", crc("np" + "m_")),
    "npm-registry-credential": lambda: ("//registry.corp/:_authToken={}\n", uuid(), "root/.npmrc"),
    "pypi-upload-token": BARE("pypi-" + "AgEIcHlwaS5vcmc", B, 150),
    "rubygems-api-token": BARE("rubygems_", HEX, 48),
    "clojars-api-token": BARE("CLOJARS_", LOW + NUM, 60),
    "private-packagist-token": BARE("packagist_ort_", HEX, 68),
    "dockerhub-token": BARE("dckr_" + "pat_", ALNUM, 27),
    "dockerconfig-secret": lambda: ('{{"auths": {{"registry.corp": {{"auth": "{}"}}}}}}\n',
                                    base64.b64encode(("robot:" + noise(ALNUM, 24)).encode()).decode(), "root/.docker/config.json"),
    "maven-settings-password": lambda: ("<server><password>{}</password></server>\n", noise(ALNUM, 16), "root/.m2/settings.xml"),
    "maven-settings-passphrase": lambda: ("<server><passphrase>{}</passphrase></server>\n", noise(ALNUM, 16), "srv/m2/settings.xml"),
    "maven-settings-security-master": lambda: ("<x><master>{{{}}}</master></x>\n", b64(33), "root/.m2/settings-security.xml"),
    "hugging-face-access-token": BARE("h" + "f_", UP + LOW, 34),
    "openai-project-api-key": lambda: ("k: {}\n", "sk-" + "proj-" + noise(B, 74) + "T3Blbk" + "FJ" + noise(B, 74)),
    "openai-service-account-key": lambda: ("k: {}\n", "sk-" + "svcacct-" + noise(B, 74) + "T3Blbk" + "FJ" + noise(B, 74)),
    "openai-admin-api-key": lambda: ("k: {}\n", "sk-" + "admin-" + noise(B, 74) + "T3Blbk" + "FJ" + noise(B, 74)),
    "openai-service-api-key": lambda: ("k: {}\n", "sk-" + "service-" + noise(B, 30) + "T3Blbk" + "FJ" + noise(B, 30)),
    "openai-legacy-api-key": lambda: ("k: {}\n", "sk-" + noise(ALNUM, 20) + "T3Blbk" + "FJ" + noise(ALNUM, 20)),
    "openai-realtime-client-secret": lambda: ("openai client_secret {}\n", "ek_" + noise(HEX, 32)),
    "anthropic-api-key": lambda: ("k: {}\n", "sk-" + "ant-api03-" + noise(B, 93) + "AA"),
    "stripe-secret-token": BARE("sk_" + "live_", ALNUM, 24),
    "stripe-publishable-token": BARE("pk_" + "live_", ALNUM, 24),
    "shopify-token": BARE("shp" + "at_", HEX, 32),
    "flutterwave-public-key": BARE("FLW" + "PUBK-", HEX, 32, "-X"),
    "flutterwave-enc-key": BARE("FLW" + "SECK_TEST", HEX, 12),
    "gocardless-api-token": lambda: ("GOCARDLESS_TOKEN={}\n", "live_" + noise(ALNUM, 40)),
    "duffel-api-token": BARE("duffel_" + "live_", ALNUM, 43),
    "easypost-api-token": BARE("EZ" + "AK", ALNUM, 54),
    "shippo-api-token": BARE("shippo_" + "live_", HEX, 40),
    "finicity-client-secret": NAMED("finicity_secret", ALNUM, 20),
    "finicity-api-token": NAMED("finicity_token", HEX, 32),
    "slack-access-token": lambda: ("t: {}\n", "xox" + "b-" + noise(NUM, 12) + "-" + noise(NUM, 12) + "-" + noise(ALNUM, 24)),
    "slack-web-hook": lambda: ("u: https://{}\n", "hooks.slack.com/" + "services/T" + noise(UP + NUM, 8) + "/B" + noise(UP + NUM, 10) + "/" + noise(ALNUM, 24)),
    "discord-api-token": lambda: ("DISCORD_TOKEN={}\n", "M" + noise(ALNUM, 23) + "." + noise(ALNUM, 6) + "." + noise(ALNUM, 38)),
    "discord-client-secret": NAMED("discord_client_secret", ALNUM, 32),
    "discord-client-id": NAMED("discord_client_id", NUM, 18),
    "telegram-bot-token": lambda: ("t: {}\n", "5" + noise(NUM, 9) + ":A" + "A" + noise(ALNUM, 33)),
    "twilio-api-key": lambda: ("twilio: {}\n", "S" + "K" + noise(HEX, 32)),
    "twilio-auth-token": NAMED("TWILIO_AUTH_TOKEN", HEX, 32),
    "sendgrid-api-token": lambda: ("k: {}\n", "S" + "G." + noise(ALNUM, 22) + "." + noise(ALNUM, 43)),
    "sendinblue-api-token": lambda: ("k: {}\n", "xkeysib" + "-" + noise(HEX, 64) + "-" + noise(ALNUM, 16)),
    "mailchimp-api-key": lambda: ("MAILCHIMP_KEY={}\n", noise(HEX, 32) + "-us12"),
    "mailgun-token": lambda: ("mailgun = '{}'\n", "key-" + noise(HEX, 32)),
    "mailgun-signing-key": lambda: ("MAILGUN_SIGNING_KEY={}\n", noise(HEX, 32) + "-" + noise(HEX, 8) + "-" + noise(HEX, 8)),
    "messagebird-api-token": NAMED("messagebird_key", ALNUM, 25),
    "messagebird-client-id": lambda: ("messagebird_id='{}'\n", uuid()),
    "intercom-client-secret": lambda: ("intercom_secret='{}'\n", uuid()),
    "intercom-api-token": NAMED("intercom_token", ALNUM, 60),
    "beamer-api-token": lambda: ("beamer_key='{}'\n", "b_" + noise(ALNUM, 44)),
    "facebook-token": NAMED("facebook_app_secret", HEX, 32),
    "twitter-token": NAMED("twitter_api_secret", ALNUM, 50),
    "linkedin-client-secret": NAMED("linkedin_secret", ALNUM, 16),
    "linkedin-client-id": NAMED("linkedin_id", LOW + NUM, 14),
    "twitch-api-token": NAMED("twitch_token", LOW + NUM, 30),
    "adobe-client-id": NAMED("adobe_id", HEX, 32),
    "adobe-client-secret": BARE("p8" + "e-", ALNUM, 32),
    "asana-client-id": NAMED("asana_id", NUM, 16),
    "asana-client-secret": NAMED("asana_secret", LOW + NUM, 32),
    "contentful-delivery-api-token": NAMED("contentful_token", B, 43),
    "datadog-api-key": NAMED("DATADOG_KEY", HEX, 32),
    "doppler-api-token": BARE("dp." + "pt.", ALNUM, 43),
    "dropbox-long-lived-api-token": lambda: ("dropbox_token='{}'\n", noise(ALNUM, 11) + "A" * 10 + noise(ALNUM, 43)),
    "dropbox-short-lived-api-token": lambda: ("dropbox_token='{}'\n", "sl." + noise(B, 136)),
    "dropbox-api-secret": NAMED("dropbox_secret", LOW + NUM, 15),
    "dynatrace-api-token": lambda: ("t: {}\n", "dt0" + "c01." + noise(UP + NUM, 24) + "." + noise(UP + NUM, 64)),
    "frameio-api-token": BARE("fio-" + "u-", ALNUM, 64),
    "grafana-api-token": lambda: ("t: {}\n", "gl" + "sa_" + noise(ALNUM, 32) + "_" + noise(HEX, 8)),
    "hashicorp-tf-api-token": lambda: ("t: {}\n", noise(ALNUM, 14) + ".atlas" + "v1." + noise(ALNUM, 67)),
    "vault-token": BARE("hv" + "s.", ALNUM, 24),
    "hubspot-api-token": lambda: ("hubspot_key='{}'\n", uuid()),
    "ionic-api-token": BARE("ion" + "_", ALNUM, 42),
    "linear-api-token": BARE("lin_" + "api_", ALNUM, 40),
    "linear-client-secret": NAMED("linear_secret", HEX, 32),
    "lob-api-key": lambda: ("lob_api_key='{}'\n", "live_" + noise(HEX, 35)),
    "lob-pub-api-key": BARE("live_" + "pub_", HEX, 31),
    "mapbox-api-token": lambda: ("t: {}\n", "sk" + ".eyJ1" + noise(ALNUM, 80) + "." + noise(ALNUM, 22)),
    "new-relic-user-api-key": BARE("NRA" + "K-", UP + NUM, 27),
    "new-relic-user-api-id": NAMED("new_relic_id", UP + NUM, 64),
    "new-relic-browser-api-token": BARE("NRJ" + "S-", HEX, 19),
    "new-relic-license-key": lambda: ("t: {}\n", noise(HEX, 36) + "NRA" + "L"),
    "okta-api-token": lambda: ("okta_token='{}'\n", "00" + noise(ALNUM, 40)),
    "postman-api-token": lambda: ("t: {}\n", "PMA" + "K-" + noise(HEX, 24) + "-" + noise(HEX, 34)),
    "pulumi-api-token": BARE("pu" + "l-", HEX, 40),
    "sentry-token": BARE("sntry" + "u_", HEX, 64),
    "typeform-api-token": BARE("tf" + "p_", ALNUM, 59),
    "jwt-token": lambda: ("t: {}\n", jwt()),
    "symfony-default-secret": lambda: ("framework:\n  x: {}\n", "ThisTokenIsNotSo" + "SecretChangeIt", "srv/config/framework.yaml"),
    "password-hash": lambda: ("app:{}:19000:0:99999:7:::\n", "$6$" + noise(ALNUM, 8) + "$" + noise(ALNUM, 86), "etc/shadow"),
    "htpasswd-hash": lambda: ("admin:{}\n", "$apr1$" + noise(ALNUM, 8) + "$" + noise(ALNUM, 22), "srv/.htpasswd"),
    "netrc-password": lambda: ("machine git.corp login me password {}\n", noise(ALNUM, 12), "root/.netrc"),
    "pgpass-password": lambda: ("db.corp:5432:app:app:{}\n", noise(ALNUM, 12), "root/.pgpass"),
    "mysql-password": lambda: ("[client]\npassword = {}\n", noise(ALNUM, 11), "root/.my.cnf"),
    "pypirc-password": lambda: ("[pypi]\npassword = {}\n", noise(ALNUM, 11), "root/.pypirc"),
    "kubeconfig-token": lambda: ("users:\n- user:\n    token: {}\n", noise(ALNUM, 40), "root/.kube/config"),
    "git-credentials": lambda: ("https://me:{}@git.corp\n", noise(ALNUM, 12), "root/.git-credentials"),
    "authorization-basic": lambda: ("curl -H 'Authorization: Basic {}' https://x\n", base64.b64encode(("robot:" + noise(ALNUM, 16)).encode()).decode()),
    "authorization-bearer": lambda: ("Authorization: Bearer {}\n", noise(ALNUM, 40)),
    "url-password": lambda: ("db = postgres://app:{}@db.corp/app\n", noise(ALNUM, 16)),
    "command-line-password": lambda: ("sshpass -p {} ssh host\n", noise(ALNUM, 14)),
    "generic-secret": lambda: ("db_password: \"{}\"\n", noise(ALNUM, 20)),
}
KEYS = ("private-key", "private-key-locked", "private-key-test", "putty-private-key", "putty-private-key-locked", "age-secret-key")


class Image:
    def __init__(self):
        self.layers, self.labels, self.values = [{}, {}], [], []

    def put(self, path, data, layer=0):
        self.layers[layer][path] = data.encode() if isinstance(data, str) else data

    def label(self, family, place, rule=None, value=None):
        self.labels.append((family, rule or ("secrets.private_key" if family in KEYS else "secrets.content"), place))
        if value and "\n" in value:
            self.values += [l for l in value.split("\n") if len(l) > 30 and "-----" not in l]
        elif value and family not in ("symfony-default-secret",):
            self.values.append(value.replace("-----BEGIN PRIVATE KEY-----\\n", "").replace("\\n-----END PRIVATE KEY-----\\n", ""))


def tar_of(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zip_of(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files.items():
            z.writestr(name, data)
    return out.getvalue()


def families(image):
    for i, (family, make) in enumerate(FAMILIES.items()):
        form, value, *path = make()
        path = path[0] if path else "srv/app/%03d.txt" % i
        image.put(path, "# a line before\n" + form.format(value) + "behind\n")
        image.label(family, path, value=value)


def carriers(image):
    """The same kind of secret, however it is carried."""
    def token():
        return crc("gh" + "p_")

    forms = {
        "c/.env": "A=1\nTOKEN=%s\n", "c/a.json": '{"a": {"token": "%s"}}\n', "c/a.yaml": "a:\n  token: %s\n",
        "c/a.py": "TOKEN = '%s'  # x\n", "c/a.js": "const t=`%s`;\n", "c/a.ini": "[a]\nt=%s\n", "c/a.xml": '<a t="%s"/>\n',
        "c/a.properties": "a.t=%s\r\n", "c/.bash_history": "export GH=%s\n", "c/url": "https://x:%s@git.corp/\n",
        "c/at-end": "%s", "c/escaped.json": '{"a": "{\\"token\\":\\"%s\\"}"}\n',
    }
    for path, form in forms.items():
        t = token()
        image.put(path, form % t)
        image.label("github-pat", path, value=t)
    packed = {
        "c/man.gz": lambda d: gzip.compress(d), "c/x.xz": lambda d: lzma.compress(d), "c/utf16.txt": lambda d: d.decode().encode("utf-16"),
        "c/utf16be.txt": lambda d: d.decode().encode("utf-16-be"), "c/core": lambda d: open("/bin/true", "rb").read() + d + b"\0" * 99,
        # across the parts in which large contents pass, and at their seams
        "c/large.log": lambda d: (b"nothing here\n" * 90000)[:1048576 - 20] + d + b"nothing\n" * 200000,
        "c/large.bin": lambda d: os.urandom(1048576 - 32768 - 15) + b"\0" + d + b"\0" + os.urandom(1500000),
        "c/large2.bin": lambda d: os.urandom(2 * 1048576) + b"\0" + d + b"\0",
    }
    for path, pack in packed.items():
        t = token()
        image.put(path, pack(("a line\ntoken=%s\nanother\n" % t).encode()))
        image.label("github-pat", path, value=t)
    t = token()
    inner = tar_of({"home/x/.npmrc": b"//r/:_authToken=" + t.encode() + b"\n"})
    image.put("c/outer.zip", zip_of({"a/readme": "x", "b/in.tar.gz": gzip.compress(inner)}))
    image.label("github-pat", "c/outer.zip:b/in.tar.gz:home/x/.npmrc", value=t)
    t = token()
    image.put("c/app.jar", zip_of({"x.class": b"\xca\xfe\xba\xbe\0\0" + t.encode() + b"\0\0", "y": b"\0" * 3000000}))
    image.label("github-pat", "c/app.jar:x.class", value=t)
    key = pem()
    image.put("c/kube.yaml", "client-key-data: " + base64.b64encode(key.encode()).decode() + "\n")
    image.label("private-key", "c/kube.yaml", value=base64.b64encode(key.encode()).decode())
    image.put("c/key.c", "static const char key[] =\n" + "".join('\t"%s\\n"\n' % l for l in pem().strip().split("\n")) + ";\n")
    image.label("private-key", "c/key.c")
    t = token()
    image.put("c/removed", "t=%s\n" % t)
    image.put("c/.wh.removed", "", 1)
    image.label("github-pat", "c/removed", "secrets.hidden", t)
    t = token()
    image.put("c/replaced", "t=%s\n" % t)
    image.put("c/replaced", "t=none\n", 1)
    image.label("github-pat", "c/replaced", "secrets.hidden", t)
    image.put("c/innocent", "\n".join(("token=${TOKEN}", "AK" + "IAIOSFODNN7EXAMPLE", "gh" + "p_" + "x" * 36, crc("gh" + "p_")[:-1] + "!",
                                        "password = 'changeme'", "https://user:password@host/")) + "\n")


def settings(image):
    texts = [crc("gh" + "p_") for _ in range(6)]
    low = noise(ALNUM, 9)
    config = {
        "Env": ["PATH=/bin", "GH_TOKEN=" + texts[0]], "Labels": {"build.token": texts[1]},
        "Cmd": ["/bin/app", "--token", texts[2]], "Healthcheck": {"Test": ["CMD", "/bin/h", texts[3]]},
    }
    history = [
        {"created_by": "/bin/sh -c #(nop) COPY file:1 in /"},
        {"created_by": "RUN |1 DB_PASSWORD=%s /bin/sh -c make # buildkit" % low},
        {"created_by": "/bin/sh -c curl -H token:%s https://x" % texts[4], "empty_layer": True},
        {"created_by": "ENV OTHER=" + texts[5], "empty_layer": True},
    ]
    for value, where in ((texts[0], "environment GH_TOKEN"), (texts[1], "label build.token"), (texts[2], "command"), (texts[3], "health check"),
                         (texts[4], "history step 3"), (texts[5], "history step 4")):
        image.label("github-pat", where, "secrets.config", value)
    image.label("config-credential", "build argument DB_PASSWORD", "secrets.config", low)
    return config, history


def make(seed, archive, labels, values):
    rnd.seed(int(seed))
    image = Image()
    families(image)
    carriers(image)
    config, history = settings(image)
    layers = [gzip.compress(tar_of(image.layers[0])), tar_of(image.layers[1])]
    plain = [tar_of(image.layers[0]), layers[1]]
    text = json.dumps({"architecture": "amd64", "os": "linux", "config": config, "history": history,
                       "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(l).hexdigest() for l in plain]}}).encode()
    name = hashlib.sha256(text).hexdigest() + ".json"
    files = {name: text, "0.tar.gz": layers[0], "1.tar": layers[1],
             "manifest.json": json.dumps([{"Config": name, "RepoTags": ["t:1"], "Layers": ["0.tar.gz", "1.tar"]}]).encode()}
    open(archive, "wb").write(tar_of(files))
    open(labels, "w").writelines("\t".join(l) + "\n" for l in image.labels)
    open(values, "w").writelines(v + "\n" for v in image.values)


def compare(report, labels, rules):
    want = {tuple(l.rstrip("\n").split("\t")) for l in open(labels)}
    got = []
    for check in json.load(open(report))["checks"]:
        if not check["rule"].startswith("secrets."):
            continue
        for f in check.get("faults", []):
            key = f["key"].split(":", 1)[1]
            place = key if check["rule"] == "secrets.config" else key.rsplit(":", 1)[0]
            got.append((f["kind"], check["rule"], place))
    bad = [("missed", w) for w in sorted(want) if w not in got] + [("not planted", g) for g in sorted(set(got)) if g not in want]
    bad += [("told twice", g) for g in sorted(set(got)) if got.count(g) > 1]
    ids = set(re.findall(r"^  - id: (\S+)$", open(rules).read(), re.M))
    bad += [("no value is planted for", i) for i in sorted(ids - {w[0] for w in want})]
    for what, which in bad:
        print(what, *(which if isinstance(which, tuple) else (which,)))
    print(f"{len(want)} planted, {len(ids)} families")
    return bool(bad)


if __name__ == "__main__":
    sys.exit({"make": make, "compare": compare}[sys.argv[1]](*sys.argv[2:]))
