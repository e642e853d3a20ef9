/*
 * outcome: everything that a build can tell of its result, as plain values: what the terminal
 * tree, report.html, the SBOMs and --why are written from. Views live in the op of the build.
 */
#ifndef MODEL_OUTCOME_H
#define MODEL_OUTCOME_H

#include "codec/node.h"
#include "entry.h"
#include "platform.h"
#include "report.h"

struct outcome_package {
	str name, version, arch, source, source_version;
	str licence; /* SPDX expression or NOASSERTION */
	str path;    /* repository-relative path of its .deb */
	str suite;   /* pocket it came from: "trixie-security" */
	struct digest deb;
	uint64_t deb_size;
	uint64_t size;        /* bytes of its files in the image */
	ptrdiff_t files;      /* in the image */
	ptrdiff_t layer;      /* index into layer */
	str why;              /* chain: "recipe -> nginx -> libssl3t64 (>= 3.5.0)" */
	str answered;         /* how its scripts are answered */
	struct texts depends; /* names of packages in the image that it depends on */
	struct texts cves; /* fixed by its changelog: "1.2-3 CVE-2026-1234", newest version first */
	str description;   /* first line */
	str repository;    /* of the recipe's own that it is from; empty: Debian's archive */
	str address;       /* of that repository */
	str vendor;        /* as that repository calls itself; may be empty */
	bool local;        /* a file beside the recipe: path is the recipe's word, suite empty */
};

struct outcome_artifact { /* software that no package brings */
	str name, version;
	str from;     /* path beside the recipe, or address */
	bool fetched; /* from is an address */
	bool directory;
	str destination;
	str licence, purl;    /* as the recipe says; may be empty */
	struct digest sha256; /* of its bytes */
	uint64_t packed;      /* bytes of what was taken */
	uint64_t size;        /* of its files in the image */
	ptrdiff_t files, layer;
	str origin; /* what outcome_file.from says of its files: "artifact sonarqube 10.4" */
};

struct outcome_certificate { /* that the recipe trusts */
	str file, subject;
	struct digest sha256;
	int64_t not_after;
	bool expired; /* at the time of the image */
};

struct outcome_layer {
	struct digest digest, diff_id;
	uint64_t size, tar_size;
	str what;  /* "libssl3t64 3.5.4-1", "14 small packages", "generated files" */
	bool made; /* compressed now, not found in the store */
};

struct outcome_cut {
	str package, depends, why, by;
	bool added;
};

struct outcome_file {
	const struct entry *entry;
	ptrdiff_t package; /* index into package; -1: generated, from the recipe or an artifact */
	str from;          /* when package is -1: "recipe nginx.yaml:14", "effects/x.yaml:3", ... */
};

struct outcome_check { /* one line of proof */
	str name;      /* "every library is found" */
	bool ok;
	str summary;         /* "212 ELF files, 640 needed libraries" */
	struct texts detail; /* what is wrong, one line each */
};

struct outcome_pocket {     /* a part of the suite, as its signed index named it */
	str suite, version; /* "trixie-security", "13" */
	int64_t date;
	str signer;                         /* fingerprint of the key */
	str repository, component, address; /* of a recipe's own; empty of Debian's */
	bool override;                      /* its packages compete with Debian's */
};

struct outcome_drop { /* a pattern, and what it kept out of the image */
	str pattern;
	bool by_recipe; /* else by effects/drop.yaml */
	uint64_t bytes, files;
};

struct outcome_absent { /* what a package's installation would make, and why the image has it not */
	str package;    /* "*": any package's */
	str path, why, by; /* a glob; the reason; "effects/x.yaml:12" */
};

struct outcome_next { /* a command to run next, to copy and paste */
	str command;  /* the same whatever the command line of this run was */
	str here;     /* as it is to be typed here, with the options that say where things are */
	str what;
	bool done; /* this run has done it */
};

enum test_verdict { VERDICT_PASSED, VERDICT_FAILED, VERDICT_SKIPPED };
struct outcome_test {
	str name;
	enum test_verdict verdict;
	str detail; /* why it failed or was skipped; may have several lines */
	int64_t ms;
};

struct outcome_config { /* how the image is started; texts as in its configuration */
	struct texts entrypoint, cmd, env, ports, volumes;
	str work_dir, stop_signal;
	struct texts health;     /* words of the health check, "CMD" first; empty: none */
	uint64_t interval, timeout, start_period, retries; /* of it: seconds, and a count */
};

struct outcome {
	str name, description, suite;
	str usage; /* Markdown */
	struct outcome_config config;
	const struct platform *platform;
	struct digest manifest;     /* of this platform's image */
	struct digest recipe, lock; /* digests of the recipe and of the lock's content */
	str compressor;
	str user; /* numeric */
	int64_t created;
	uint64_t size, unpacked;         /* sum of blobs; sum of file bytes */
	struct outcome_package *package; /* [package_n], sorted by name */
	ptrdiff_t package_n;
	struct outcome_artifact *artifact; /* [artifact_n], sorted by name */
	ptrdiff_t artifact_n;
	struct outcome_certificate *certificate;
	ptrdiff_t certificate_n;
	struct outcome_layer *layer; /* [layer_n], bottom first */
	ptrdiff_t layer_n;
	struct outcome_cut *cut;
	ptrdiff_t cut_n;
	struct outcome_file *file; /* [file_n], sorted by path: every path of the image */
	ptrdiff_t file_n;
	struct outcome_drop *drop; /* [drop_n], most bytes first */
	ptrdiff_t drop_n;
	uint64_t dropped_bytes;
	struct outcome_absent *absent; /* [absent_n] */
	ptrdiff_t absent_n;
	struct outcome_check *check;
	ptrdiff_t check_n;
	struct outcome_test *test;
	ptrdiff_t test_n;
	struct outcome_pocket *pocket;
	ptrdiff_t pocket_n;
	struct outcome_next *next;
	ptrdiff_t next_n;
	const struct report *findings; /* NULL: there were no advisories to look with */

	/* Of this run, for the terminal alone: */
	str locked;           /* which lock was used, and whether it is new */
	struct texts written; /* names and files that the image and its reports got */
};

#endif
