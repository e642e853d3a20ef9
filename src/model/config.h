/*
 * config: what an image's configuration says to those who judge it: how it is started, and the
 * instructions that made it. Sources: OCI image-spec 1.1, config.md; Docker image specification v1.2
 * (Healthcheck, Shell, OnBuild).
 */
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

#include "codec/node.h"

struct config_step {     /* one line of the history, the first instruction first */
	str instruction; /* cleaned of the builder's noise: "RUN apt-get update", "USER 65532",
			    "COPY dir:12ab in /app" */
	str created_by; /* the same as it is written, with build arguments: may hold secrets */
	str comment, author;
	int64_t created;
	int layer; /* that it made; -1: none */
};

struct config {
	str user, work_dir, stop_signal;
	struct pairs env; /* in document order */
	struct texts entrypoint, cmd, shell, onbuild;
	struct texts ports;   /* "8080/tcp" */
	struct texts volumes; /* paths */
	struct pairs labels;
	struct texts health;      /* the health check's test: ["CMD", ...]; empty: none; ["NONE"] */
	int64_t created;          /* 0: not told */
	struct config_step *step; /* [step_n] */
	ptrdiff_t step_n;
};

/*
 * config_read(op, json, annotations, ret): the configuration of an image (subject.config_json), any
 * builder's. A health check may stand in the manifest's annotation "org.opencontainers.image.healthcheck"
 * or "io.podman.healthcheck" too, for OCI has no field for it. Empty text gives an empty configuration.
 * ERR_FORMAT for what is no configuration, or has a key that differs from one of ours in case alone, which
 * engines would take for it; ERR_LIMIT past LIMIT_CONFIG_ITEMS. Views alias json or live in op.
 */
int config_read(struct op *op, str json, const struct pairs *annotations,
		struct config *ret) MUST_USE;

/*
 * config_instruction(op, created_by, ret): a history line as an instruction: without "#(nop)",
 * "/bin/sh -c", "|2 ARG=..", "# buildkit"; RUN before what a shell was given.
 */
int config_instruction(struct op *op, str created_by, str *ret) MUST_USE;

/* The last instruction of a kind ("USER", "EXPOSE", "ENV") in which `text` occurs (empty: any), or
 * "": who set it. */
str config_who(const struct config *c, const char *kind, str text);

#endif
