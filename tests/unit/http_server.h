/*
 * A web server of one thread for tests, on a loopback port of the kernel's choice, which serves
 * the files of a directory and misbehaves on demand. The first component of the path says how:
 *
 *	/ok/...       as a server should, Range included
 *	/norange/...  ignores Range
 *	/tag/...      with an ETag, which If-None-Match and If-Range are compared with
 *	/tagcut/...   the same, and every answer breaks off after 1000 bytes
 *	/tagnew/...   the same, and the ETag is another one each time
 *	/flaky/...    503 for the first two requests of each run, then as /ok/
 *	/cut/...      every answer breaks off after 1000 bytes
 *	/short/...    an answer of 10 bytes, without Content-Length
 *	/wrong/...    answers Range with another part
 *	/loop/...     redirects to itself; /moved/x redirects to /ok/x; /leave/x to file:///x
 *	/garbage/...  bytes that are no HTTP
 *	/page/...     200 with a page of HTML, whatever was asked for
 *	/endless/...  chunks without end
 *	/echo/...     200 with the request as it came
 *	/deny/...     401 with two challenges and a body; /done/ 201
 *	/away/x       redirects to /echo/x by another name of this host; /back/x there, and back again
 *	/later/N      429 the first time, with Retry-After: N
 *	/heads/...    more headers than anybody sends
 */
#ifndef TESTS_HTTP_SERVER_H
#define TESTS_HTTP_SERVER_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/num.h"

struct http_server {
	int listener, dir, port;
	pthread_t thread;
	_Atomic int asked;      /* requests so far */
	_Atomic long last_from; /* of the last Range, or -1 */
	int flaky, later;
	char request[4096];
	char extra[256]; /* headers of the answer */
};

static void http_send(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = send(fd, p, n, MSG_NOSIGNAL);
		if (w <= 0)
			return;
		p += w;
		n -= (size_t)w;
	}
}

static void http_text(int fd, const char *text)
{
	http_send(fd, text, strlen(text));
}

/* The validators of a request against the ETag; true: it has been answered. */
static bool http_tagged(struct http_server *s, int fd, const char *mode)
{
	char etag[64], head[128];

	(void)snprintf(etag, sizeof(etag), "\"v%d\"", strcmp(mode, "tagnew") == 0 ? s->asked : 1);
	if (strstr(s->request, "If-None-Match: ") && strstr(s->request, etag)) {
		(void)snprintf(head, sizeof(head), "HTTP/1.1 304 Same\r\nETag: %s\r\n"
			       "Connection: close\r\n\r\n", etag);
		http_text(fd, head);
		return true;
	}
	if (!strstr(s->request, "If-Range: ") || !strstr(s->request, etag))
		s->last_from = -1;
	(void)snprintf(s->extra, sizeof(s->extra), "ETag: %s\r\nLast-Modified: Mon, 20 Oct 2025 10:00:00 GMT\r\n",
		       etag);
	return false;
}

static void http_file(struct http_server *s, int fd, const char *mode, const char *path)
{
	s->extra[0] = '\0';
	if (strncmp(mode, "tag", 3) == 0 && http_tagged(s, fd, mode))
		return;
	long from = strcmp(mode, "norange") == 0 || s->last_from < 0 ? 0 : s->last_from;
	static char body[1 << 20];
	char head[256];
	int file = openat(s->dir, path, O_RDONLY | O_CLOEXEC);
	ssize_t size = file < 0 ? -1 : read(file, body, sizeof(body));

	if (file >= 0)
		(void)close(file);
	if (size < 0) {
		http_text(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n");
		return;
	}
	if (from >= size && from > 0) {
		http_text(fd, "HTTP/1.1 416 Range\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
		return;
	}
	if (from > 0)
		(void)snprintf(head, sizeof(head), "HTTP/1.1 206 Partial\r\nContent-Range: bytes %ld-%zd/%zd\r\n",
			       from + (strcmp(mode, "wrong") == 0), size - 1, size);
	else
		(void)snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\n");
	http_text(fd, head);
	http_text(fd, s->extra);
	(void)snprintf(head, sizeof(head), "Content-Length: %zd\r\nConnection: close\r\n\r\n", size - from);
	http_text(fd, head);
	size_t n = (size_t)(size - from);
	bool cut = strcmp(mode, "cut") == 0 || strcmp(mode, "tagcut") == 0 || strcmp(mode, "tagnew") == 0;
	http_send(fd, body + from, cut && n > 1000 ? 1000 : n);
}

static void http_answer(struct http_server *s, int fd, const char *mode, const char *path)
{
	char head[512];

	if (strcmp(mode, "flaky") == 0 && s->flaky++ < 2) {
		http_text(fd, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
	} else if (strcmp(mode, "short") == 0) {
		http_text(fd, "HTTP/1.0 200 OK\r\n\r\n0123456789");
	} else if (strcmp(mode, "garbage") == 0) {
		http_text(fd, "\x01\x02 no web server \x03\r\n\r\n\r\n");
	} else if (strcmp(mode, "page") == 0) {
		http_text(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>Please log in.</html>");
	} else if (strcmp(mode, "endless") == 0) {
		http_text(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
		for (int i = 0; i < 20000; i++)
			http_text(fd, "10\r\n0123456789abcdef\r\n");
	} else if (strcmp(mode, "echo") == 0) {
		http_text(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n");
		http_text(fd, s->request);
	} else if (strcmp(mode, "deny") == 0) {
		http_text(fd, "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"a\"\r\n"
			      "Docker-Content-Digest: sha256:x\r\nwww-authenticate: Bearer realm=b\r\n"
			      "Content-Length: 4\r\nConnection: close\r\n\r\nsay!");
	} else if (strcmp(mode, "done") == 0) {
		http_text(fd, "HTTP/1.1 201 Created\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n");
	} else if (strcmp(mode, "later") == 0 && s->later++ > 0) {
		http_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n");
	} else if (strcmp(mode, "later") == 0 || strcmp(mode, "away") == 0 || strcmp(mode, "back") == 0) {
		(void)snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nRetry-After: %s\r\n"
			       "Location: http://localhost:%d/%s/%s\r\nConnection: close\r\n\r\n",
			       mode[0] == 'l' ? "429 Busy" : "307 There", path, s->port,
			       mode[0] == 'b' ? "home" : "echo", path);
		http_text(fd, head);
	} else if (strcmp(mode, "home") == 0) {
		(void)snprintf(head, sizeof(head), "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n"
			       "Location: http://127.0.0.1:%d/echo/%s\r\nConnection: close\r\n\r\n",
			       s->port, path);
		http_text(fd, head);
	} else if (strcmp(mode, "heads") == 0) {
		http_text(fd, "HTTP/1.1 200 OK\r\n");
		for (int i = 0; i < 20000; i++)
			http_text(fd, "X: 0123456789abcdef\r\n");
	} else if (strcmp(mode, "loop") == 0 || strcmp(mode, "moved") == 0 || strcmp(mode, "leave") == 0) {
		const char *to = strcmp(mode, "loop") == 0 ? "/loop/" : strcmp(mode, "moved") == 0 ? "/ok/" :
									"file:///";
		(void)snprintf(head, sizeof(head), "HTTP/1.1 302 Found\r\nLocation: %s%s\r\n"
			       "Content-Length: 0\r\nConnection: close\r\n\r\n", to, path);
		http_text(fd, head);
	} else {
		http_file(s, fd, mode, path);
	}
}

static void http_conversation(struct http_server *s, int fd)
{
	char text[4096] = "";
	size_t n = 0;
	uint64_t from;

	while (n < sizeof(text) - 1 && !strstr(text, "\r\n\r\n")) {
		ssize_t r = recv(fd, text + n, sizeof(text) - 1 - n, 0);
		if (r <= 0)
			return;
		n += (size_t)r;
		text[n] = '\0';
	}
	(void)snprintf(s->request, sizeof(s->request), "%s", text);
	const char *range = strstr(text, "Range: bytes=");
	str spec = range ? str_head(str_of(range + 13), (ptrdiff_t)strcspn(range + 13, "-")) : S("");
	s->last_from = num_parse(spec, 1 << 30, &from) ? (long)from : -1;
	s->asked++;
	char *mode = strchr(text, '/');
	char *slash = mode ? strchr(mode + 1, '/') : NULL;
	if (!slash || (strncmp(text, "GET ", 4) != 0 && strncmp(text, "HEAD ", 5) != 0 &&
		       strncmp(text, "POST ", 5) != 0))
		return;
	*slash = '\0';
	slash[1 + strcspn(slash + 1, " \r\n")] = '\0';
	http_answer(s, fd, mode + 1, slash + 1);
}

static void *http_serve(void *arg)
{
	struct http_server *s = arg;

	for (;;) {
		int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			return NULL;
		http_conversation(s, fd);
		(void)shutdown(fd, SHUT_WR);
		(void)close(fd);
	}
}

/* Serve the directory behind `dir`. The server runs until http_server_stop(). */
static bool http_server_start(struct http_server *s, int dir)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	*s = (struct http_server){ .dir = dir, .listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	if (s->listener < 0 || bind(s->listener, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(s->listener, 64) < 0 || getsockname(s->listener, (struct sockaddr *)&at, &len) < 0)
		return false;
	s->port = ntohs(at.sin_port);
	return pthread_create(&s->thread, NULL, http_serve, s) == 0;
}

static void http_server_stop(struct http_server *s)
{
	(void)shutdown(s->listener, SHUT_RDWR);
	(void)pthread_join(s->thread, NULL);
	(void)close(s->listener);
}

#endif
