#!/usr/bin/env python3
"""A site on the images wordpress and mariadb: installed, logged into, written in, restarted.
usage: wordpress.py WORDPRESS-LAYOUT MARIADB-LAYOUT, in an empty directory and a network namespace of its own, as root."""
import http.cookiejar
import json
import pathlib
import re
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib

import containers

SITE = "http://127.0.0.1:8080"
UPLOADS = "/var/lib/wordpress/wp-content/uploads"
PASSWORD = "of the database"
failed = 0


def check(name, right, said=""):
    global failed
    print(("ok    " if right else "FAIL  ") + name)
    if not right:
        failed += 1
        print("".join(f"      {line}\n" for line in str(said).splitlines()[:25]), end="")
    return right


class Answer:
    def __init__(self, status, url, headers, body):
        self.status, self.url, self.headers = status, url, headers
        self.bytes, self.text = body, body.decode("utf-8", "replace")


class Browser:
    def __init__(self):
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                                  urllib.request.HTTPCookieProcessor(self.cookies))

    def ask(self, path, form=None, data=None, headers=None):
        if form is not None:
            data = urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(SITE + path, data, headers or {})
        try:
            with self.opener.open(request, timeout=60) as reply:
                return Answer(reply.status, reply.url, reply.headers, reply.read())
        except urllib.error.HTTPError as reply:
            return Answer(reply.code, reply.url, reply.headers, reply.read())

    def log_in(self, name, password):
        self.ask("/wp-login.php")
        return self.ask("/wp-login.php", {"log": name, "pwd": password, "wp-submit": "Log In", "testcookie": "1",
                                          "redirect_to": SITE + "/wp-admin/"})

    def nonce(self):
        return self.ask("/wp-admin/admin-ajax.php?action=rest-nonce").text

    def rest(self, what, data, kind="application/json", **headers):
        known = {"X-WP-Nonce": self.nonce()} if len(self.cookies) else {}
        reply = self.ask("/index.php?rest_route=/wp/v2/" + what, data=data,
                         headers={"Content-Type": kind, **known, **headers})
        return reply, json.loads(reply.text) if reply.text.startswith("{") else {}


def until(right, seconds, container):
    """What right() gives as soon as it is true; the last thing that it gave when the time is up."""
    deadline, got = time.monotonic() + seconds, None
    while time.monotonic() < deadline and container.process.poll() is None:
        try:
            got = right()
            if got:
                return got
        except (OSError, urllib.error.URLError):
            pass
        time.sleep(0.3)
    return got


def png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes((x * 255 // width, y * 255 // height, 128)[c] for x in range(width) for c in range(3))
                    for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def install(browser):
    first = browser.ask("/")
    check("a visitor is led to the installation", first.url.endswith("/wp-admin/install.php") and 'id="setup"' in first.text,
          first.url + "\n" + first.text)
    done = browser.ask("/wp-admin/install.php?step=2", {
        "weblog_title": "A site in containers", "user_name": "editor", "admin_password": "Sehr geheim 7", "pw_weak": "on",
        "admin_password2": "Sehr geheim 7", "admin_email": "editor@example.org", "blog_public": "0", "Submit": "Install WordPress",
        "language": ""})
    check("it is installed", "Success!" in done.text, done.text)
    again = browser.ask("/wp-admin/install.php")
    check("... and not twice", "Already Installed" in again.text or "already installed" in again.text, again.text)


def write(browser):
    wrong = Browser().log_in("editor", "something else")
    check("a wrong password is refused", wrong.url.endswith("/wp-login.php") and "login_error" in wrong.text, wrong.url)
    right = browser.log_in("editor", "Sehr geheim 7")
    check("the right one is not", right.url.startswith(SITE + "/wp-admin/") and "Dashboard" in right.text, right.url)
    check("the site's own theme is there to be chosen", "Twenty Twenty-Five" in browser.ask("/wp-admin/themes.php").text)
    check("nothing is installed from the web", browser.ask("/wp-admin/plugin-install.php").status == 403)
    reply, picture = browser.rest("media", png(1200, 800), "image/png",
                                  **{"Content-Disposition": 'attachment; filename="picture.png"'})
    check("a picture is uploaded", reply.status == 201, reply.text)
    check("... and made smaller for pages", "medium" in picture.get("media_details", {}).get("sizes", {}), reply.text)
    reply, post = browser.rest("posts", json.dumps({"title": "Grüße aus dem Behälter", "status": "publish",
                                                    "content": "Written \U0001F389 by a test."}).encode())
    check("a post is written", reply.status == 201, reply.text)
    reply, _ = Browser().rest("posts", b'{"title": "by nobody", "status": "publish"}')
    check("a stranger writes none", reply.status == 401, reply.text)
    return picture, post


def read(picture, post, when):
    visitor = Browser()
    front = visitor.ask("/")
    check(f"{when} the post is on the front page", "Grüße aus dem Behälter" in front.text and "\U0001F389" in front.text,
          front.text)
    page = visitor.ask(urllib.parse.urlparse(post["link"])._replace(scheme="", netloc="").geturl())
    check(f"{when} it has its page", page.status == 200 and "Written" in page.text, page.text)
    small = picture["media_details"]["sizes"]["medium"]["source_url"]
    image = visitor.ask(urllib.parse.urlparse(small).path)
    check(f"{when} the picture is served", image.headers["Content-Type"] == "image/png" and image.bytes[:4] == b"\x89PNG",
          image.headers)


def main():
    containers.loopback_up()
    wordpress_image = containers.Image(sys.argv[1], "wordpress-tree")
    mariadb_image = containers.Image(sys.argv[2], "mariadb-tree")
    secret = pathlib.Path("password")
    secret.write_text(PASSWORD + "\n")
    db = containers.Container(mariadb_image, "db", {
        "MARIADB_ROOT_PASSWORD": "of root", "MARIADB_DATABASE": "site", "MARIADB_USER": "site", "MARIADB_PASSWORD": PASSWORD,
    }, {"/var/lib/mysql": "data"})
    settings = {"WORDPRESS_DB_HOST": "127.0.0.1", "WORDPRESS_DB_USER": "site", "WORDPRESS_DB_NAME": "site"}
    web = containers.Container(wordpress_image, "web", {**settings, "WORDPRESS_DB_PASSWORD": PASSWORD}, {UPLOADS: "uploads"})
    try:
        web.start()
        early = until(lambda: Browser().ask("/"), 30, web)
        check("without its database it says so", early and early.status == 500 and "database" in early.text, web.said())
        db.start()
        ready = until(lambda: (lambda a: a if a.status == 200 else None)(Browser().ask("/")), 90, db)
        if not check("with it, it answers", ready and ready.status == 200, db.said()[-2000:] + web.said()[-2000:]):
            return
        browser = Browser()
        install(browser)
        picture, post = write(browser)
        read(picture, post, "at first")
        dropped = pathlib.Path("uploads/x.php")
        dropped.write_text("<?php echo 'it ', 'runs';")
        dropped.chmod(0o644)
        pathlib.Path("uploads/x.php.txt").write_text("<?php echo 'it ', 'runs';")
        for name in ("x.php", "x.php.txt"):
            check(f"what is put among the uploads is not run: {name}",
                  "it runs" not in Browser().ask("/wp-content/uploads/" + name).text)
        code, said = web.exec("/usr/bin/php8.4", "-n", "/usr/share/php/health.php")
        check("its health check is content", code == 0, said)
        check("the log has the requests, and no error",
              '"POST /wp-login.php' in web.said() and not re.search(r"PHP (Fatal|Warning|Parse|Deprecated)", web.said()),
              "\n".join(line for line in web.said().splitlines() if "PHP" in line))

        check("it stops when it is told to", web.stop(), web.said()[-2000:])
        check("so does its database", db.stop(), db.said()[-2000:])
        db.start()
        web.environment = {**settings, "WORDPRESS_DB_PASSWORD_FILE": "/run/secret"}
        web.volumes = {**web.volumes, "/run/secret": secret}
        web.start()
        until(lambda: Browser().ask("/").status == 200, 90, web)
        read(picture, post, "after a restart")
        check("who was logged in still is", "Dashboard" in browser.ask("/wp-admin/").text)

        web.stop()
        web.environment = {**web.environment, **{f"WORDPRESS_{a}_{b}": f"{a} {b} of the test" for b in ("KEY", "SALT") for a in
                                                 ("AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE")}}
        web.start()
        until(lambda: Browser().ask("/").status == 200, 60, web)
        check("keys from the environment end what others began", "wp-login.php" in browser.ask("/wp-admin/").url)
        check("... and begin anew", "Dashboard" in browser.log_in("editor", "Sehr geheim 7").text)
    finally:
        web.stop()
        db.stop()


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, subprocess.SubprocessError, OSError) as why:
        check("the test goes to its end", False, why)
    sys.exit(1 if failed else 0)
