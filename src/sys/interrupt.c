#include "interrupt.h"

#include <signal.h>

#include "base/op.h"

static const int kinds[] = { SIGINT, SIGTERM, SIGHUP };
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* A signal has no arguments but its number: what it notes and what it replaced must be global. */
static volatile sig_atomic_t noted; /* the first signal that came, or 0 */
static struct sigaction before[KINDS];
static int holds;

static void note(int signal)
{
	if (noted == 0)
		noted = signal;
}

void interrupt_hold(void)
{
	struct sigaction ours = { .sa_handler = note }; /* without SA_RESTART: waits end early */

	if (holds++ > 0)
		return;
	sigemptyset(&ours.sa_mask);
	for (int i = 0; i < KINDS; i++) {
		(void)sigaction(kinds[i], NULL, &before[i]);
		if (before[i].sa_handler != SIG_IGN)
			(void)sigaction(kinds[i], &ours, NULL);
	}
}

void interrupt_release(void)
{
	MUST(holds > 0);
	if (--holds > 0)
		return;
	for (int i = 0; i < KINDS; i++)
		(void)sigaction(kinds[i], &before[i], NULL);
	int signal = noted;
	noted = 0;
	if (signal)
		(void)raise(signal);
}

bool interrupt_noted(void)
{
	return noted != 0;
}
