/*
 * init_impl: what init knows of packages' programs. Not for others: see init.h.
 */
#ifndef BUILD_INIT_IMPL_H
#define BUILD_INIT_IMPL_H

#include <stddef.h>

/* Lists are YAML's, as they will stand between brackets in the recipe. NULL: there is none. */
struct init_known {
	const char *package, *what;
	const char *also; /* further packages that it is of no use without */
	const char *entrypoint, *cmd;
	const char *port;   /* ports that it listens on */
	const char *data;   /* directories that it writes, separated by commas */
	const char *path;   /* its configuration */
	const char *config; /* lines of that */
	const char *drop;   /* what needs a shell, or a right that the user has not */
	const char *note;   /* a comment above the command */
	/* a command that ends by itself, and a pattern in its output */
	const char *command; /* NULL: the program */
	const char *args, *says, *complains;
	int exit;
	/* what it answers to a request, a pattern */
	const char *http; /* port and path: "8080/health" */
	const char *body;
	int status;        /* 0: 200 */
	const char *needs; /* why it starts as root; NULL: it does not */
	const char *user;  /* the package's account that it runs as; NULL: nonroot */
	const char *shell; /* why it needs one; NULL: it does not */
};

extern const struct init_known init_known[];
extern const size_t init_known_n;
extern const struct init_known init_known_web[]; /* init_known_web.c */
extern const size_t init_known_web_n;

/* Packages that a recipe which temper ships is made of. */
struct init_shipped {
	const char *package, *recipe;
};
extern const struct init_shipped init_shipped[];
extern const size_t init_shipped_n;

#endif
