/*
 * tiny: a program without libraries that images under test run: it says what it may do, and serves
 * HTTP. Linked statically, so that an image needs nothing else.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static int who(void)
{
	char line[256];
	FILE *f = fopen("/proc/self/status", "re");

	(void)printf("uid=%u gid=%u pid=%d\n", getuid(), getgid(), getpid());
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "Cap", 3) || !strncmp(line, "NoNewPrivs", 10) ||
		    !strncmp(line, "Seccomp:", 8))
			(void)printf("%s", line);
	return 0;
}

/* Write to each path; say which could be written. */
static int write_all(char **path)
{
	for (; *path; path++) {
		int fd = open(*path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		if (fd >= 0 && write(fd, "x", 1) == 1)
			(void)printf("wrote %s\n", *path);
		else
			(void)printf("cannot write %s: %s\n", *path, strerror(errno));
	}
	return 0;
}

static int size_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return 1;
	(void)printf("size %lld\n", (long long)st.st_size);
	return 0;
}

/* A megabyte, a bit at a time. */
static void answer_chunks(int c)
{
	char chunk[5 + 1000 + 2 + 1];

	(void)dprintf(c, "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n");
	int len = snprintf(chunk, sizeof(chunk), "3e8\r\n%01000d\r\n", 7);
	for (int i = 0; i < 1000; i++) {
		if (write(c, chunk, (size_t)len) != len)
			return;
		(void)usleep(100); /* so that each is an answer's piece of its own */
	}
	(void)dprintf(c, "0\r\n\r\n");
}

static int serve(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char in[4096], out[8192];

	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 5) < 0)
		return 1;
	(void)fprintf(stderr, "serving on %d\n", port);
	for (;;) {
		int c = accept(fd, NULL, NULL);
		ssize_t n = c < 0 ? -1 : read(c, in, sizeof(in) - 1);
		if (n < 0)
			return 1;
		in[n] = '\0';
		if (strstr(in, "/die"))
			return 7;
		if (strstr(in, "/chunks")) {
			answer_chunks(c);
			(void)close(c);
			continue;
		}
		int status = strncmp(in, "GET / ", 6) == 0 ? 200 : 404;
		int len = snprintf(out, sizeof(out),
				   "HTTP/1.1 %d X\r\nServer: tiny\r\n\r\nuid=%u you said: %s",
				   status, getuid(), in);
		if (write(c, out, (size_t)len) != len)
			return 1;
		(void)close(c);
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	(void)signal(13, SIG_IGN);
	if (!strcmp(what, "who"))
		return who();
	if (!strcmp(what, "env"))
		for (char **e = environ; *e; e++)
			(void)printf("%s\n", *e);
	else if (!strcmp(what, "write"))
		return write_all(argv + 2);
	else if (!strcmp(what, "size"))
		return size_of(argv[2]);
	else if (!strcmp(what, "exit"))
		return argv[2][0] - '0';
	else if (!strcmp(what, "serve"))
		return serve(8080);
	else if (!strcmp(what, "say"))
		(void)fprintf(stderr, "%s", argv[2]);
	return 0;
}
