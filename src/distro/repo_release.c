#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "base/limits.h"
#include "base/num.h"
#include "codec/deb822.h"
#include "repo_parts.h"
#include "sys/clock.h"
#include "sys/proc.h"

enum {
	STATUS_MAX = 256 << 10, /* bytes of gpgv's status lines: some hundred a signature */
	GPGV_MS = 60 * 1000,
	FUTURE_MAX_S = 86400, /* clocks may differ; time zones were once mistaken for UTC */
};

/* How many lines of text are just this one? */
static int count_lines(str text, str line)
{
	int n = 0;

	while (text.p) {
		str at = str_cut(&text, '\n');
		if (at.len && at.p[at.len - 1] == '\r')
			at.len--;
		n += str_eq(at, line);
	}
	return n;
}

/* A single clear-signed message from the first byte to the last. */
static bool is_one_message(str in)
{
	return str_starts(in, S("-----BEGIN PGP SIGNED MESSAGE-----")) &&
	       str_ends(str_trim(in), S("\n-----END PGP SIGNATURE-----")) &&
	       count_lines(in, S("-----BEGIN PGP SIGNED MESSAGE-----")) == 1 &&
	       count_lines(in, S("-----BEGIN PGP SIGNATURE-----")) == 1 &&
	       count_lines(in, S("-----END PGP SIGNATURE-----")) == 1;
}

/* A line VALIDSIG without the keyword: the primary key's fingerprint if the digest is sound. */
static bool valid_signature(str line, str *ret_signer)
{
	str field[10] = { 0 };
	uint64_t hash;

	for (int i = 0; i < 10; i++)
		field[i] = str_word(&line);
	/* 1 MD5, 2 SHA-1, 3 RIPEMD-160: RFC 4880, 9.4. */
	if (!num_parse(field[7], 255, &hash) || hash <= 3)
		return false;
	*ret_signer = field[9].len ? field[9] : field[0];
	return true;
}

static bool accepts(const struct texts *accept, str signer)
{
	for (ptrdiff_t i = 0; accept && i < accept->n; i++)
		if (str_eq(accept->p[i], signer))
			return true;
	return !accept;
}

const char *repo_release_judge(str status, const struct texts *accept, str *ret_signer)
{
	const char *why = "it has no signature of a key in the keyring";
	str signer, first = S(""), stranger = S("");
	bool good = false;
	int texts = 0;

	while (status.p) {
		str line = str_cut(&status, '\n');
		if (!str_eq(str_word(&line), S("[GNUPG:]")))
			continue;
		str word = str_word(&line);
		if (str_eq(word, S("PLAINTEXT")) && ++texts > 1)
			return "it holds more than one message";
		if (str_eq(word, S("BADSIG")))
			return "its signature is bad: it was changed after it was signed";
		if (str_eq(word, S("ERROR")) || str_eq(word, S("UNEXPECTED")) ||
		    str_eq(word, S("NODATA")))
			return "it is not a signed message";
		if (str_eq(word, S("EXPSIG")) || str_eq(word, S("EXPKEYSIG")))
			why = "its signature or the key that made it has expired";
		if (str_eq(word, S("REVKEYSIG")))
			why = "the key that signed it is revoked";
		if (str_eq(word, S("NEWSIG")))
			good = false;
		if (str_eq(word, S("GOODSIG")))
			good = true;
		if (!str_eq(word, S("VALIDSIG")) || !good)
			continue;
		if (!valid_signature(line, &signer))
			why = "its signature rests on a broken digest";
		else if (!accepts(accept, signer))
			stranger = signer;
		else if (first.len == 0)
			first = signer;
	}
	*ret_signer = stranger;
	if (first.len == 0 && stranger.len)
		return "it is signed, but not with a key that 'fingerprint' names";
	if (first.len == 0)
		return why;
	*ret_signer = first;
	return NULL;
}

/* A keyring that gpgv can read. */
static int check_keyring(struct op *op, str keyring)
{
	AUTO_FD fd = -1;
	char head[5] = "";
	uint64_t size;
	int rc;

	if ((rc = file_open_user(op, keyring, &fd)) < 0 ||
	    (rc = file_size(op, fd, keyring, &size)) < 0)
		return op_fail_in(op,
				  "the keyring of the archive (package debian-archive-keyring)");
	if (pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
	    str_eq((str){ head, sizeof(head) }, S("-----")))
		return op_fail(op, ERR_USAGE,
			       "the keyring %.*s is armored, which gpgv cannot read: "
			       "convert it with gpg --dearmor",
			       STR_ARG(keyring));
	return 0;
}

static int run_gpgv(struct op *op, str inrelease, str ring, int status, struct proc_result *ret)
{
	const char *name = op_cstr(op, ring);
	if (!name)
		return op->code;
	const char *const argv[] = { "gpgv",      "--homedir", "/nonexistent", "--status-fd", "3",
				     "--keyring", name,        "--output",     "-",           "-",
				     NULL };
	const char *const env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", NULL };
	struct proc_spec spec = { .argv = argv,
				  .env = env,
				  .input = inrelease,
				  .fd = status,
				  .timeout_ms = GPGV_MS,
				  .output_max = LIMIT_RELEASE };
	int rc = proc_run(op, &spec, ret);

	if (rc > 0)
		return op_fail(op, ERR_IO,
			       "gpgv is needed to verify a repository: install the package gpgv");
	if (rc == 0 && ret->timed_out)
		return op_fail(op, ERR_IO, "gpgv did not end within %d seconds", GPGV_MS / 1000);
	return rc;
}

/* A path by which gpgv finds the keyring; one in memory through *fd, which stays open meanwhile. */
static int find_keyring(struct op *op, const struct repo_keys *keys, int *fd, str *ret)
{
	if (keys->bytes.len == 0) {
		int rc = check_keyring(op, keys->name);
		/* A bare name would be looked for in a place of gpgv's own, and "~" is not literal.
		 */
		return rc < 0 ? rc
			      : op_text(op, ret, "%s%.*s",
					str_starts(keys->name, S("/")) ? "" : "./",
					STR_ARG(keys->name));
	}
	*fd = memfd_create("keyring", MFD_CLOEXEC);
	if (*fd < 0)
		return op_fail_errno(op, "cannot make a file in memory");
	int rc = file_write(op, *fd, S("a keyring in memory"), keys->bytes);
	return rc < 0 ? rc : op_text(op, ret, "/proc/%d/fd/%d", (int)getpid(), *fd);
}

static int refuse(struct op *op, str what, const struct repo_keys *keys, const char *why,
		  str stranger)
{
	if (stranger.len)
		return op_fail(op, ERR_VERIFY, "%.*s: %s (it is signed with %.*s)", STR_ARG(what),
			       why, STR_ARG(stranger));
	return op_fail(op, ERR_VERIFY, "%.*s: %s (%s%.*s)", STR_ARG(what), why,
		       keys->bytes.len ? "that of the repository " : "keyring ",
		       STR_ARG(keys->name));
}

int repo_release_verify(struct op *op, str inrelease, str what, const struct repo_keys *keys,
			str *ret_text, str *ret_signer)
{
	struct proc_result run;
	AUTO_FD ring = -1;
	str status, signer, path;
	int rc = find_keyring(op, keys, &ring, &path);

	if (rc < 0)
		return rc;
	if (!is_one_message(inrelease))
		return op_fail(op, ERR_VERIFY,
			       "%.*s is not one signed message: the mirror answers something else",
			       STR_ARG(what));
	AUTO_FD fd = memfd_create("status", MFD_CLOEXEC);
	if (fd < 0)
		return op_fail_errno(op, "cannot make a file in memory");
	if ((rc = run_gpgv(op, inrelease, path, fd, &run)) < 0)
		return rc;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return op_fail_errno(op, "cannot read gpgv's answer");
	if ((rc = file_read_fd(op, fd, S("gpgv's answer"), STATUS_MAX, &status)) < 0)
		return rc;
	const char *why = repo_release_judge(status, keys->accept, &signer);
	if (why)
		return refuse(op, what, keys, why, signer);
	*ret_text = run.out;
	*ret_signer = signer;
	return 0;
}

/* --- the signed text ---------------------------------------------------------------------------
 */

/* A line " HEX SIZE PATH" of the list. */
static int read_listed(struct op *op, str line, struct repo_listed *ret)
{
	str hex = str_word(&line), size = str_word(&line);
	struct repo_listed l = { .path = str_word(&line) };

	if (!digest_parse(hex, &l.sha256) || hex.len != 64 ||
	    !num_parse(size, INT64_MAX, &l.size) || l.path.len == 0 || str_trim(line).len)
		return op_fail(op, ERR_FORMAT, "a line of the list SHA256 is malformed");
	*ret = l;
	return 0;
}

/* The listed file of that name, if there is one; two that differ are a lie. */
static int find_listed(struct op *op, str list, str path, struct repo_listed *ret)
{
	struct repo_listed at, found = { 0 };
	int rc;

	while (list.p) {
		str line = str_trim(str_cut(&list, '\n'));
		if (line.len == 0 || !str_ends(line, path))
			continue;
		if ((rc = read_listed(op, line, &at)) < 0)
			return rc;
		if (!str_eq(at.path, path))
			continue;
		if (found.path.len &&
		    (!digest_eq(&at.sha256, &found.sha256) || at.size != found.size))
			return op_fail(op, ERR_FORMAT, "%.*s is listed twice and differently",
				       STR_ARG(path));
		found = at;
	}
	*ret = found;
	return 0;
}

/* The index NAME in dir, and the best compressed form of it; empty where there is none. */
static int find_index(struct op *op, str list, str dir, const char *name, struct repo_listed *plain,
		      struct repo_listed *packed)
{
	static const char *const suffix[] = { ".xz", ".gz", "" };
	str path;
	int rc = op_text(op, &path, "%.*s%s", STR_ARG(dir), name);

	if (rc < 0 || (rc = find_listed(op, list, path, plain)) < 0)
		return rc;
	for (size_t i = 0; i < 3 && packed->path.len == 0; i++) {
		if ((rc = op_text(op, &path, "%.*s%s%s", STR_ARG(dir), name, suffix[i])) < 0 ||
		    (rc = find_listed(op, list, path, packed)) < 0)
			return rc;
	}
	if (plain->size > LIMIT_INDEX || packed->size > LIMIT_INDEX)
		return op_fail(op, ERR_LIMIT, "its index %.*s is larger than %d bytes",
			       STR_ARG(plain->path), LIMIT_INDEX);
	return 0;
}

/* "main/source/" for "main/binary-amd64/". */
static int find_sources(struct op *op, str list, str dir, struct repo_release *ret)
{
	str path, component = str_cut(&dir, '/');
	int rc = op_text(op, &path, "%.*s/source/", STR_ARG(component));

	return rc < 0 ? rc
		      : find_index(op, list, path, "Sources", &ret->sources_plain,
				   &ret->sources_packed);
}

int repo_release_parse(struct op *op, str text, str dir, struct repo_release *ret)
{
	struct deb822_stanza s, more;
	struct repo_release r = { 0 };
	int rc = deb822_next(op, &text, &s);

	if (rc == 0)
		return op_fail(op, ERR_FORMAT, "it is empty");
	if (rc < 0 || (rc = deb822_next(op, &text, &more)) < 0)
		return rc;
	if (rc > 0)
		return op_fail(op, ERR_FORMAT, "it has more than one stanza");
	str until = deb822_get(&s, "Valid-Until");
	r.origin = deb822_get(&s, "Origin");
	r.label = deb822_get(&s, "Label");
	r.suite = deb822_get(&s, "Suite");
	r.codename = deb822_get(&s, "Codename");
	r.version = deb822_get(&s, "Version");
	r.by_hash = str_eq(deb822_get(&s, "Acquire-By-Hash"), S("yes"));
	if (!clock_parse_rfc5322(deb822_get(&s, "Date"), &r.date))
		return op_fail(op, ERR_FORMAT, "its Date is missing or malformed");
	if (until.len && (!clock_parse_rfc5322(until, &r.valid_until) || r.valid_until == 0))
		return op_fail(op, ERR_FORMAT, "its Valid-Until is malformed");
	if (deb822_get(&s, "SHA256").len == 0)
		return op_fail(op, ERR_FORMAT, "it lists no files by SHA-256");
	str list = deb822_get(&s, "SHA256");
	if ((rc = find_index(op, list, dir, "Packages", &r.plain, &r.packed)) < 0 ||
	    (dir.len && (rc = find_sources(op, list, dir, &r)) < 0))
		return rc;
	*ret = r;
	return 0;
}

int repo_release_check(struct op *op, const struct repo_release *r, str suite, int64_t now)
{
	char at[CLOCK_TEXT];

	bool flat = str_ends(suite, S("/"));

	if (!flat && r->suite.len == 0 && r->codename.len == 0)
		return op_fail(op, ERR_FORMAT, "it names neither suite nor codename");
	if (!flat && !str_eq(suite, r->codename) && !str_eq(suite, r->suite))
		return op_fail(op, ERR_VERIFY,
			       "it is of %.*s (%.*s) and not of %.*s: the mirror swaps suites",
			       STR_ARG(r->codename), STR_ARG(r->suite), STR_ARG(suite));
	if (r->date - FUTURE_MAX_S > now)
		return op_fail(
			op, ERR_VERIFY,
			"it is dated %s, in the future: this machine's clock is wrong, or the "
			"mirror's",
			clock_rfc3339(r->date, at));
	if (r->valid_until && now > r->valid_until)
		return op_fail(op, ERR_VERIFY, "it was valid until %s: the mirror is stale",
			       clock_rfc3339(r->valid_until, at));
	return 0;
}
