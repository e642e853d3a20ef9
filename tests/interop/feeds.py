#!/usr/bin/env python3
"""What tests/interop/db_update.sh fetches feeds from. usage: feeds.py DIR

Serves the files of DIR/www on a loopback port, which it writes to DIR/port: with an ETag of the content, the file's time as
Last-Modified, conditions, and Range under If-Range. Each answer becomes a line of DIR/log:

	PATH STATUS BYTES RANGE-FROM

DIR/how, if it is there, has lines "PATH HOW": cut N (the connection ends after N bytes of the body), busy (503), moved TO
(redirected), bare (no validators), slow (a byte at a time, for a while).
"""
import email.utils
import hashlib
import http.server
import os
import sys
import threading
import time

DIR = sys.argv[1]
LOCK = threading.Lock()


def how(path):
    try:
        for line in open(f"{DIR}/how"):
            words = line.split()
            if words and words[0] == path:
                return words[1:]
    except OSError:
        pass
    return []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def tell(self, status, sent, start="-"):
        with LOCK, open(f"{DIR}/log", "a") as log:
            log.write(f"{self.path} {status} {sent} {start}\n")

    def head(self, status, length, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def do_GET(self):
        special = how(self.path)
        if special[:1] == ["busy"]:
            self.tell(503, 0)
            return self.head(503, 0, {})
        if special[:1] == ["moved"]:
            self.tell(302, 0)
            return self.head(302, 0, {"Location": special[1]})
        try:
            name = DIR + "/www" + self.path
            data, when = open(name, "rb").read(), os.stat(name).st_mtime
        except OSError:
            self.tell(404, 0)
            return self.head(404, 0, {})
        etag = '"' + hashlib.sha256(data).hexdigest()[:16] + '"'
        date = email.utils.formatdate(when, usegmt=True)
        headers = {} if special[:1] == ["bare"] else {"ETag": etag, "Last-Modified": date}
        if headers and (self.headers.get("If-None-Match", "") == etag or
                        ("If-None-Match" not in self.headers and self.headers.get("If-Modified-Since") == date)):
            self.tell(304, 0)
            return self.head(304, 0, headers)
        status, start = 200, 0
        wanted = self.headers.get("Range", "")
        if wanted.startswith("bytes=") and self.headers.get("If-Range") in (None, etag, date):
            start = int(wanted[6:].split("-")[0])
            if start >= len(data):
                self.tell(416, 0, start)
                return self.head(416, 0, {"Content-Range": f"bytes */{len(data)}"})
            status = 206
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        body = data[start:]
        self.head(status, len(body), headers)
        if special[:1] == ["cut"]:
            body = body[:int(special[1])]
            self.close_connection = True
        try:
            step = 200 if special[:1] == ["slow"] else len(body) or 1
            for at in range(0, len(body), step):
                self.wfile.write(body[at:at + step])
                time.sleep(0.02 if step == 200 else 0)
        except OSError:  # who asked has gone
            self.close_connection = True
        self.tell(status, len(body), start)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(f"{DIR}/port.new", "w") as port:
    port.write(str(server.server_address[1]))
os.rename(f"{DIR}/port.new", f"{DIR}/port")
server.serve_forever()
