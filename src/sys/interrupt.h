/*
 * interrupt: Ctrl-C and its kin while there is something that must be cleaned up.
 *
 * Between interrupt_hold() and interrupt_release() SIGINT, SIGTERM and SIGHUP do not end the
 * process: they are noted, and whatever waits looks at interrupt_noted() and gives up, so that
 * containers are stopped and directories removed on the ordinary way out. The last release then
 * raises the signal again, which ends the process as if it had never been held. Elsewhere the
 * signals act at once: nothing that is on disk then needs a farewell.
 *
 * Holds may be nested. Signals that were ignored before (nohup(1)) stay so. For the main thread.
 */
#ifndef SYS_INTERRUPT_H
#define SYS_INTERRUPT_H

#include <stdbool.h>

enum {
	INTERRUPT_LOOK_MS = 200, /* the longest that a wait may go without a look */
};

void interrupt_hold(void);
void interrupt_release(void);
bool interrupt_noted(void);

#endif
