/*
 * spent: what a command takes, with everything that it starts.
 *
 *	spent FILE COMMAND [ARGUMENT]...
 *
 * runs the command and writes one line to FILE: seconds of processor time of all processes that it
 * waited for, of wall time, and the highest sum of their memory in KiB, looked at every 40 ms:
 * proportional set sizes, so that what processes share counts once. Exits as the command does.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "sys/file.h"

enum { EVERY_MS = 40, DEPTH = 8, TEXT = 64 << 10 };

static double seconds(void)
{
	struct timespec t;

	MUST(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A file of /proc, as far as it fits; empty if the process is gone. */
static str read_proc(const char *path, char text[TEXT])
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	ptrdiff_t n = 0;

	for (ssize_t got = 1; fd >= 0 && got > 0 && n < TEXT; n += got > 0 ? got : 0)
		got = read(fd, text + n, (size_t)(TEXT - n));
	return (str){ text, n };
}

static uint64_t pss_kib(uint64_t pid)
{
	char path[64], text[TEXT];
	uint64_t kib = 0;

	(void)snprintf(path, sizeof(path), "/proc/%llu/smaps_rollup", (unsigned long long)pid);
	str rest = read_proc(path, text);
	while (rest.len) {
		str line = str_cut(&rest, '\n');
		if (str_eq(str_word(&line), S("Pss:")))
			(void)num_parse(str_word(&line), INT64_MAX, &kib);
	}
	return kib;
}

/* A process with all that it started. */
static uint64_t sum_kib(uint64_t pid, int depth)
{
	char path[64], text[TEXT];
	uint64_t sum = pss_kib(pid), child;

	(void)snprintf(path, sizeof(path), "/proc/%llu/task/%llu/children", (unsigned long long)pid,
		       (unsigned long long)pid);
	str rest = depth < DEPTH ? read_proc(path, text) : S("");
	while (num_parse(str_word(&rest), INT64_MAX, &child))
		sum += sum_kib(child, depth + 1);
	return sum;
}

int main(int argc, char **argv)
{
	struct timespec pause = { .tv_nsec = EVERY_MS * 1000L * 1000L };
	double begun = seconds();
	struct rusage spent;
	uint64_t peak = 0;
	int status = 0;

	if (argc < 3) {
		(void)fprintf(stderr, "usage: spent FILE COMMAND [ARGUMENT]...\n");
		return 2;
	}
	pid_t pid = fork();
	if (pid == 0) {
		(void)execvp(argv[2], argv + 2);
		_exit(127);
	}
	while (pid > 0 && wait4(pid, &status, WNOHANG, &spent) == 0) {
		uint64_t now = sum_kib((uint64_t)pid, 0);
		peak = now > peak ? now : peak;
		(void)nanosleep(&pause, NULL);
	}
	FILE *to = fopen(argv[1], "we");
	if (pid < 0 || !to) {
		(void)fprintf(stderr, "spent: cannot start %s or write %s\n", argv[2], argv[1]);
		return 3;
	}
	double cpu = (double)(spent.ru_utime.tv_sec + spent.ru_stime.tv_sec) +
		     (double)(spent.ru_utime.tv_usec + spent.ru_stime.tv_usec) / 1e6;
	(void)fprintf(to, "%.3f %.3f %llu\n", cpu, seconds() - begun, (unsigned long long)peak);
	(void)fclose(to);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
