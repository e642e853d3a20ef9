/*
 * match: package versions against all shards of a database, in one process.
 *
 *	match DB [PACKAGES]
 *
 * The packages are of inventories of 1,000 each (PACKAGES: how many in each), as a fleet would be matched: their
 * names are those of all shards in turn. Of ten, one has an old version, which is found vulnerable;
 * six have a new one; three have a name that is nowhere. Only the matching is measured. Prints one
 * line for 10,000, 100,000 and 1,000,000 versions, and one that begins with "nowhere" for 1,000,000 of
 * which all have such names:
 *
 *	versions=1000000 seconds=1.234 per_second=810372 findings=412345 anon_kib=1234 mapped_kib=32768
 *
 * seconds: processor time. anon_kib: memory that the process holds beside mapped files, at its most
 * between inventories; mapped_kib: pages of files, the shards and the program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "advisory/match.h"
#include "base/num.h"
#include "base/vec.h"

struct name {
	const struct ecosystem_row *row;
	str distro, name;
};

struct bench {
	struct op op;
	struct database db;
	VEC(struct name) names;
	const struct ecosystem_row *row; /* of the shard whose names are listed */
	str distro;
	struct package *package;
	ptrdiff_t package_n;
	uint64_t next; /* package, counted from the first */
	uint64_t findings, anon;
	bool nowhere; /* all names are such */
};

static double seconds(void)
{
	struct timespec t;

	MUST(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* KiB of a line of /proc/self/status. */
static uint64_t memory(const char *line)
{
	FILE *f = fopen("/proc/self/status", "re");
	char text[256];
	uint64_t n = 0;

	while (f && fgets(text, sizeof(text), f)) {
		str s = str_of(text);
		if (!str_starts(s, str_of(line)))
			continue;
		s = str_from(s, (ptrdiff_t)strlen(line) + 1);
		num_parse(str_word(&s), UINT64_MAX, &n);
	}
	if (f)
		fclose(f);
	return n;
}

static bool add_name(void *arg, str name)
{
	struct bench *b = arg;
	struct name *to = vec_push(&b->op, &b->names);

	if (to)
		*to = (struct name){ b->row, b->distro, name };
	return to != NULL;
}

static int list_names(struct bench *b)
{
	for (ptrdiff_t i = 0; i < b->db.shard_n; i++) {
		const struct shard_head *head = &b->db.shard[i].file.head;
		const struct shard *s;
		ptrdiff_t colon = str_find(head->ecosystem, ':');
		b->row = ecosystem_row(head->ecosystem);
		if (head->kind != SHARD_ADVISORIES || !b->row)
			continue;
		if (op_copy(&b->op, head->ecosystem, &b->distro) < 0 ||
		    database_map(&b->op, &b->db, i, &s) < 0)
			return b->op.code;
		if (colon >= 0)
			*(char *)(uintptr_t)(b->distro.p + colon) = '-';
		if (shard_names(&b->op, s, add_name, b) < 0)
			return b->op.code;
	}
	return b->names.n ? 0 : op_fail(&b->op, ERR_USAGE, "the database names no packages");
}

/* The next package, as a cataloger would tell it. */
static void make_package(struct bench *b, struct package *p)
{
	static const char *const new_versions[] = { "99999.1.0-1", "99999.2.0", "99999.10" };
	const struct name *n = &b->names.p[(b->next * 7919) % (uint64_t)b->names.n];
	str name = n->name;
	unsigned kind = (unsigned)(b->next++ % 10);

	*p = (struct package){ .type = n->row->type, .name = name, .distro = n->distro };
	p->version = kind == 0 ? S("0.0.1") : str_of(new_versions[kind % 3]);
	char mark = n->row->type == PACKAGE_MAVEN ? ':' : '/';
	ptrdiff_t at = str_rfind(name, mark);
	if (!package_kinds[p->type].is_system && at > 0) {
		p->ns = str_head(name, at);
		p->name = str_from(name, at + 1);
	}
	if (kind >= 7 || b->nowhere) /* the end of a name is no name, with few exceptions */
		p->name = str_from(p->name, p->name.len / 2);
}

static int run(struct bench *b, uint64_t versions)
{
	struct op_mark mark = op_mark(&b->op);
	double spent = 0;

	b->next = b->findings = b->anon = 0;
	while (b->next < versions) {
		struct inventory inv = { .package = b->package, .package_n = b->package_n };
		struct match_wish wish = { 0 };
		struct report r = { 0 };
		for (ptrdiff_t i = 0; i < b->package_n; i++)
			make_package(b, &b->package[i]);
		double begun = seconds();
		int rc = match_inventory(&b->op, &b->db, &inv, &wish, &r);
		spent += seconds() - begun;
		if (rc < 0)
			return rc;
		b->findings += (uint64_t)r.finding_n;
		uint64_t anon = memory("RssAnon:");
		b->anon = anon > b->anon ? anon : b->anon;
		op_reset(&b->op, mark);
	}
	printf("%sversions=%llu seconds=%.3f per_second=%.0f findings=%llu anon_kib=%llu "
	       "mapped_kib=%llu\n",
	       b->nowhere ? "nowhere " : "", (unsigned long long)versions, spent,
	       (double)versions / spent, (unsigned long long)b->findings,
	       (unsigned long long)b->anon,
	       (unsigned long long)memory("RssFile:") + memory("RssShmem:"));
	return 0;
}

static int bench(struct bench *b, str dir, ptrdiff_t packages)
{
	int rc = database_open(&b->op, dir, &b->db);

	if (rc < 0 || (rc = list_names(b)) < 0)
		return rc;
	if (!(b->package = op_new(&b->op, struct package, packages)))
		return b->op.code;
	b->package_n = packages;
	printf("shards=%lld names=%lld packages=%lld\n", (long long)b->db.shard_n,
	       (long long)b->names.n, (long long)packages);
	for (uint64_t n = 10000; rc == 0 && n <= 1000000; n *= 10)
		rc = run(b, n);
	b->nowhere = true;
	return rc < 0 ? rc : run(b, 1000000);
}

int main(int argc, char **argv)
{
	struct bench b = { 0 };
	uint64_t packages = 1000;

	if (argc < 2 || (argc > 2 && !num_parse(str_of(argv[2]), 1000000, &packages)) ||
	    packages == 0) {
		fprintf(stderr, "usage: match DB [PACKAGES]\n");
		return 2;
	}
	op_init(&b.op, 0);
	int rc = bench(&b, str_of(argv[1]), (ptrdiff_t)packages);
	if (rc < 0)
		fprintf(stderr, "match: %s\n", b.op.text);
	database_close(&b.db);
	op_done(&b.op);
	return rc < 0 ? 3 : 0;
}
