/*
 * rpm's database, in any of its forms, told by the bytes: a table of SQLite, a hash of Berkeley DB,
 * or rpm's own. Each holds the same headers. Old and new names of the places:
 *
 *	var/lib/rpm  usr/share/rpm (ostree)  usr/lib/sysimage/rpm (SUSE, Fedora)
 *	Packages     Packages.db             rpmdb.sqlite
 *
 * Or the file by itself, without the system around it.
 */
#include "codec/bdb.h"
#include "codec/ndb.h"
#include "codec/sqlite.h"
#include "rpm_impl.h"
#include "sqlite_beside.h"

/* A database that is being read. */
struct reader {
	struct op *op; /* of the inventory */
	struct op io;  /* what the database itself takes */
	struct catalog *c;
	const struct found *f;
	struct rpm_place *place;
};

/* One header; a damaged one is told and the others are read. */
static int read_header(struct reader *r, uint64_t number, str blob)
{
	struct rpm_header h;
	int rc = rpm_header_read(r->op, r->f->path, blob, &h);

	if (rc == 0)
		rc = rpm_package(r->op, r->place, &h);
	if (rc != ERR_FORMAT && rc != ERR_LIMIT)
		return rc;
	op_fail_in(r->op, "package %llu", (unsigned long long)number);
	return catalog_unreadable(r->op, r->c, r->f, r->f->path);
}

/* The readers return 1 if the bytes are no such database; a failure of the database is io's. */
static int read_sqlite(struct reader *r, const struct at *at)
{
	struct sqlite_rows *rows = op_new(&r->io, struct sqlite_rows, 1);
	const struct sqlite_row *row;
	struct sqlite_table t;
	struct sqlite db;
	int rc = rows ? sqlite_open(&r->io, at, &db) : r->io.code;

	if (rc != 0)
		return rc;
	if ((rc = sqlite_log_beside(&r->io, r->c, r->f, &db)) < 0 ||
	    (rc = sqlite_table(&r->io, &db, S("Packages"), &t)) < 0)
		return rc;
	int blob = rc ? -1 : sqlite_column(&t, S("blob"));
	if (blob < 0)
		return op_fail(&r->io, ERR_FORMAT, "%.*s: a database without packages",
			       STR_ARG(r->f->path));
	if ((rc = sqlite_rows(&r->io, &db, &t, rows)) < 0)
		return rc;
	while (rc == 0 && (rc = sqlite_next(&r->io, rows, &row)) > 0)
		rc = read_header(r, (uint64_t)row->id, sqlite_text(row, blob));
	return rc;
}

static int read_bdb(struct reader *r, const struct at *at)
{
	struct bdb db;
	str key, value;
	int rc = bdb_open(&r->io, at, &db);

	if (rc != 0)
		return rc;
	for (uint64_t n = 1; rc == 0 && (rc = bdb_next(&r->io, &db, &key, &value)) > 0; n++) {
		bool counter = value.len == 4; /* under key 0: the number of the next package */
		rc = counter ? 0 : read_header(r, n, value);
	}
	return rc;
}

static int read_ndb(struct reader *r, const struct at *at)
{
	uint32_t number;
	struct ndb db;
	str value;
	int rc = ndb_open(&r->io, at, &db);

	if (rc != 0)
		return rc;
	while (rc == 0 && (rc = ndb_next(&r->io, &db, &number, &value)) > 0)
		rc = read_header(r, number, value);
	return rc;
}

static int read_any(struct reader *r, const struct at *at)
{
	static int (*const readers[])(struct reader * r,
				      const struct at *at) = { read_sqlite, read_bdb, read_ndb };
	int rc = 1;

	for (size_t i = 0; rc == 1 && i < sizeof(readers) / sizeof(readers[0]); i++)
		rc = readers[i](r, at);
	if (rc == 1 && str_find(r->f->path, '/') < 0)
		return 0; /* a file by that name alone */
	if (rc == 1)
		rc = op_fail(&r->io, ERR_FORMAT, "%.*s: no database of rpm", STR_ARG(r->f->path));
	if (rc == 0)
		return 0;
	rc = op_adopt_error(r->op, &r->io);
	return rc == ERR_FORMAT || rc == ERR_LIMIT
		       ? catalog_unreadable(r->op, r->c, r->f, r->f->path)
		       : rc;
}

/* Of several in one place the newest form counts: an old one is what a conversion left there. */
static int is_superseded(struct op *op, struct catalog *c, const struct found *f)
{
	static const str newest_first[] = { S_INIT("rpmdb.sqlite"), S_INIT("Packages.db") };
	struct found other;

	for (size_t i = 0; i < 2 && !str_eq(str_base_name(f->path), newest_first[i]); i++) {
		int rc = catalog_beside(op, c, f, newest_first[i], &other);
		if (rc < 0)
			return rc;
		if (rc == 0 && other.size > 0)
			return 1;
	}
	return 0;
}

static bool is_companion(str name)
{
	return str_ends(name, S("history.sqlite")) || str_ends(name, S("-wal")) ||
	       str_eq(name, S("from_repo"));
}

static int read_rpm(struct op *op, struct catalog *c, const struct found *f)
{
	struct rpm_place place;
	struct reader r = { .op = op, .c = c, .f = f, .place = &place };
	struct at at;

	if (f->size == 0 || is_companion(str_base_name(f->path)))
		return 0; /* touched, and never written; read with what it is of */
	int rc = is_superseded(op, c, f);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	if ((rc = rpm_place(op, c, f, &place)) < 0 || (rc = catalog_at(op, c, f, &at)) < 0)
		return rc;
	op_init(&r.io, op->ceiling);
	r.io.fault = op->fault;
	rc = rpm_history(op, &r.io, c, &place);
	if (rc == 0)
		rc = read_any(&r, &at);
	op_done(&r.io);
	if (rc == 0)
		rc = rpm_needed_files(op, &place);
	return rc < 0 ? rc : rpm_add(op, c, f, EVIDENCE_DATABASE, &place);
}

const struct cataloger cataloger_rpm = {
	.name = "rpm",
	.what = "packages of Red Hat, Fedora, SUSE and their like, by rpm's database",
	.wants = { { .glob = "**/var/lib/rpm/Packages" },
		   { .glob = "**/var/lib/rpm/Packages.db" },
		   { .glob = "**/var/lib/rpm/rpmdb.sqlite" },
		   { .glob = "**/usr/share/rpm/Packages" },
		   { .glob = "**/usr/share/rpm/Packages.db" },
		   { .glob = "**/usr/share/rpm/rpmdb.sqlite" },
		   { .glob = "**/usr/lib/sysimage/rpm/Packages" },
		   { .glob = "**/usr/lib/sysimage/rpm/Packages.db" },
		   { .glob = "**/usr/lib/sysimage/rpm/rpmdb.sqlite" },
		   { .glob = "Packages" },
		   { .glob = "Packages.db" },
		   { .glob = "rpmdb.sqlite" },
		   { .glob = "**/rpmdb.sqlite-wal" },
		   { .glob = "**/var/lib/dnf/history.sqlite-wal" },
		   { .glob = "**/usr/lib/sysimage/libdnf5/transaction_history.sqlite-wal" },
		   { .glob = "**/var/lib/yum/yumdb/*/*/from_repo" },
		   { .glob = "**/var/lib/dnf/history.sqlite" },
		   { .glob = "**/usr/lib/sysimage/libdnf5/transaction_history.sqlite" } },
	.read = read_rpm,
};
