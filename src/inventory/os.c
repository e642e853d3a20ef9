#include "os.h"

#include "base/limits.h"

const char *const os_files[] = {
	"etc/os-release",
	"usr/lib/os-release",
	"x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release",
	"aarch64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release",
	"etc/system-release-cpe",
	"etc/oracle-release",
	"etc/almalinux-release",
	"etc/rocky-release",
	"etc/centos-release",
	"etc/fedora-release",
	"usr/lib/fedora-release",
	"etc/redhat-release",
	"etc/system-release",
	"etc/alpine-release",
	"etc/lsb-release",
	"etc/debian_version",
	"etc/apt/sources.list",
	"etc/apt/sources.list.d/debian.sources",
};
const size_t os_files_n = sizeof(os_files) / sizeof(os_files[0]);

/* ---- texts ---- */

/* A value as a shell would read it: its quotes taken off, in double ones a backslash too. */
static int unquote(struct op *op, str value, str *ret)
{
	char quote = value.len >= 2 ? value.p[0] : 0;

	*ret = value;
	if ((quote != '"' && quote != '\'') || value.p[value.len - 1] != quote)
		return 0;
	*ret = (str){ value.p + 1, value.len - 2 };
	if (quote == '\'' || str_find(*ret, '\\') < 0)
		return 0;
	char *to = op_new(op, char, ret->len + 1);
	ptrdiff_t n = 0;
	if (!to)
		return op->code;
	for (ptrdiff_t i = 0; i < ret->len; i++) {
		if (ret->p[i] == '\\' && i + 1 < ret->len &&
		    str_find(S("\\\"$`"), ret->p[i + 1]) >= 0)
			i++;
		to[n++] = ret->p[i];
	}
	*ret = (str){ to, n };
	return 0;
}

struct key {
	const char *name;
	size_t offset;
};
#define AT(field) offsetof(struct os_identity, field)
static const struct key release_keys[] = {
	{ "ID", AT(id) },
	{ "ID_LIKE", AT(id_like) },
	{ "VERSION_ID", AT(version_id) },
	{ "VERSION", AT(version) },
	{ "VERSION_CODENAME", AT(codename) },
	{ "NAME", AT(name) },
	{ "PRETTY_NAME", AT(pretty_name) },
	{ "VARIANT_ID", AT(variant_id) },
	{ "BUILD_ID", AT(build_id) },
	{ "CPE_NAME", AT(cpe) },
	{ "HOME_URL", AT(home_url) },
	{ "SUPPORT_END", AT(support_end) },
	{ NULL, 0 },
};
static const struct key lsb_keys[] = {
	{ "DISTRIB_ID", AT(name) },
	{ "DISTRIB_RELEASE", AT(version_id) },
	{ "DISTRIB_CODENAME", AT(codename) },
	{ "DISTRIB_DESCRIPTION", AT(pretty_name) },
	{ NULL, 0 },
};
#undef AT

/* KEY=value lines into the fields of a table; the last of a key counts. */
static int read_keys(struct op *op, str text, const struct key *key, struct os_identity *ret)
{
	while (text.p) {
		str line = str_trim(str_cut(&text, '\n'));
		ptrdiff_t equals = str_find(line, '=');
		if (equals <= 0 || line.p[0] == '#')
			continue;
		for (const struct key *k = key; k->name; k++) {
			str *to = (str *)((char *)ret + k->offset);
			if (!str_eq(str_of(k->name), str_head(line, equals)))
				continue;
			int rc = unquote(op, str_from(line, equals + 1), to);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

/* Lower case, in op. */
static int lowered(struct op *op, str s, str *ret)
{
	char *to = op_new(op, char, s.len + 1);

	if (!to)
		return op->code;
	for (ptrdiff_t i = 0; i < s.len; i++)
		to[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
	*ret = (str){ to, s.len };
	return 0;
}

int os_read_release(struct op *op, str text, struct os_identity *ret)
{
	int rc = read_keys(op, text, release_keys, ret);

	if (rc < 0)
		return rc;
	ret->id = str_trim(ret->id);
	if (ret->id.len == 0) {
		str like = ret->id_like;
		ret->id = str_word(&like);
	}
	if (ret->id.len == 0 && (ret->name.len || ret->pretty_name.len))
		ret->id = S("linux"); /* os-release(5): "If not set, defaults to ..." */
	return lowered(op, ret->id, &ret->id);
}

static int read_lsb(struct op *op, str text, struct os_identity *ret)
{
	int rc = read_keys(op, text, lsb_keys, ret);

	ret->name = str_trim(ret->name);
	return rc < 0 ? rc : lowered(op, ret->name, &ret->id);
}

static ptrdiff_t number_length(str s)
{
	ptrdiff_t n = 0;

	while (n < s.len && ((s.p[n] >= '0' && s.p[n] <= '9') || (s.p[n] == '.' && n > 0)))
		n++;
	while (n > 0 && s.p[n - 1] == '.')
		n--;
	return n;
}

/* What a system is called, and its ID in its os-release. */
struct called {
	str prefix, id;
};
static const struct called vendors[] = {
	{ S_INIT("almalinux"), S_INIT("almalinux") },
	{ S_INIT("amazon"), S_INIT("amzn") },
	{ S_INIT("centos"), S_INIT("centos") },
	{ S_INIT("cloudlinux"), S_INIT("cloudlinux") },
	{ S_INIT("fedoraproject"), S_INIT("fedora") },
	{ S_INIT("oracle"), S_INIT("ol") },
	{ S_INIT("redhat"), S_INIT("rhel") },
	{ S_INIT("rocky"), S_INIT("rocky") },
	{ S_INIT("scientificlinux"), S_INIT("scientific") },
};
static const struct called names[] = {
	{ S_INIT("AlmaLinux"), S_INIT("almalinux") },
	{ S_INIT("Amazon Linux"), S_INIT("amzn") },
	{ S_INIT("CentOS"), S_INIT("centos") },
	{ S_INIT("CloudLinux"), S_INIT("cloudlinux") },
	{ S_INIT("Fedora"), S_INIT("fedora") },
	{ S_INIT("Oracle Linux"), S_INIT("ol") },
	{ S_INIT("Enterprise Linux Enterprise Linux"), S_INIT("ol") },
	{ S_INIT("Red Hat Enterprise Linux"), S_INIT("rhel") },
	{ S_INIT("Rocky Linux"), S_INIT("rocky") },
	{ S_INIT("Scientific Linux"), S_INIT("scientific") },
	{ S_INIT("VMware Photon"), S_INIT("photon") },
};

static const struct called *find_called(const struct called *row, size_t n, str name)
{
	for (size_t i = 0; i < n; i++) {
		if (str_starts(name, row[i].prefix))
			return &row[i];
	}
	return NULL;
}
#define CALLED(table, name) find_called((table), sizeof(table) / sizeof((table)[0]), (name))

/* cpe:/o:centos:linux:6:GA, cpe:2.3:o:amazon:amazon_linux:2:... */
bool os_read_cpe(str text, struct os_identity *ret)
{
	str line = str_trim(str_cut(&text, '\n')), rest = line;
	str part[6] = { 0 };
	ptrdiff_t n = 0, at = 1;

	while (rest.p && n < 6)
		part[n++] = str_cut(&rest, ':');
	if (n < 4 || !str_eq(part[0], S("cpe")))
		return false;
	if (str_eq(part[1], S("2.3")))
		at = 2;
	if (!str_eq(part[at], S("/o")) && !str_eq(part[at], S("o")))
		return false;
	const struct called *c = CALLED(vendors, part[at + 1]);
	ptrdiff_t digits = number_length(part[at + 3]);
	if (digits == 0 || part[at + 1].len == 0)
		return false;
	ret->id = c ? c->id : part[at + 1];
	ret->name = part[at + 1];
	ret->version_id = str_head(part[at + 3], digits);
	ret->cpe = line;
	return true;
}

/* "CentOS release 5.7 (Final)", "Amazon Linux release 2 (Karoo)". */
bool os_read_red_hat(str text, struct os_identity *ret)
{
	str line = str_trim(str_cut(&text, '\n'));
	ptrdiff_t at = str_find_str(line, S(" release "));
	const struct called *c = CALLED(names, line);

	if (at <= 0 || !c)
		return false;
	str version = str_trim(str_from(line, at + 9));
	ptrdiff_t digits = number_length(version);
	if (digits == 0)
		return false;
	ret->id = c->id;
	ret->name = str_head(line, at);
	ret->pretty_name = line;
	ret->version = version;
	ret->version_id = str_head(version, digits);
	return true;
}

static bool read_alpine(str text, struct os_identity *ret)
{
	str version = str_word(&text);

	if (number_length(version) == 0)
		return false;
	ret->id = S("alpine");
	ret->name = S("Alpine Linux");
	ret->version_id = version;
	return true;
}

/* ---- files ---- */

/* The whole text of a file; *ret without a p if there is none, or one that nobody would write. */
static int file_text(struct op *op, const struct tree *t, str path, size_t max, str *ret,
		     str *ret_path)
{
	uint32_t node = tree_find(t, path);
	char out[LIMIT_PATH + 1];
	struct at at;

	*ret = (str){ 0 };
	if (ret_path)
		*ret_path = S("");
	if (node == TREE_NONE || tree_node(t, node)->type != TREE_FILE ||
	    tree_node(t, node)->size > max)
		return 0;
	int rc = tree_at(op, t, node, &at);
	if (rc == 0)
		rc = at_all(op, &at, max, ret);
	if (rc == 0 && !ret->p)
		*ret = S("");
	return rc < 0 || !ret_path ? rc : op_copy(op, tree_path(t, node, out), ret_path);
}

enum {
	OS_FILE_MAX =
		64 << 10 /* bytes of a file that names a system: the longest known has 1 KiB */
};

/* Does a word stand in the suites that apt is set up for? */
static int apt_names(struct op *op, const struct tree *t, str word, str other, bool *ret)
{
	str text;

	*ret = false;
	for (size_t i = 0; i < os_files_n; i++) {
		if (!str_starts(str_of(os_files[i]), S("etc/apt/")))
			continue;
		int rc = file_text(op, t, str_of(os_files[i]), OS_FILE_MAX, &text, NULL);
		if (rc < 0)
			return rc;
		while (text.p) {
			str line = str_trim(str_cut(&text, '\n'));
			while (line.len && line.p[0] != '#') {
				str w = str_word(&line);
				*ret |= str_eq(w, word) || (other.len && str_eq(w, other));
			}
		}
	}
	return 0;
}

/* Debian's version out of debian_version: "12.4", "forky/sid". */
static int add_debian_version(struct op *op, const struct tree *t, struct os_identity *ret)
{
	str text, path;
	int rc = file_text(op, t, S("etc/debian_version"), OS_FILE_MAX, &text, &path);
	str version = str_trim(text), major = version;
	bool sid = false, testing = false;

	if (rc < 0 || version.len == 0)
		return rc;
	if (ret->id.len == 0) {
		ret->id = S("debian");
		ret->name = S("Debian GNU/Linux");
		ret->path = path;
	}
	if (number_length(version) == version.len) {
		if (ret->version_id.len == 0)
			ret->version_id = str_cut(&major, '.');
		struct pair *fact = op_new(op, struct pair, 1);
		if (!fact)
			return op->code;
		*fact = (struct pair){ S("debian:release"), version };
		ret->facts = (struct pairs){ fact, 1 };
		return 0;
	}
	if (ret->version_id.len || !str_ends(version, S("/sid")))
		return 0;
	if (ret->codename.len == 0)
		ret->codename = str_cut(&major, '/');
	rc = apt_names(op, t, S("sid"), S("unstable"), &sid);
	if (rc == 0 && !sid)
		rc = apt_names(op, t, S("testing"), ret->codename, &testing);
	ret->version_id = testing ? S("testing") : S("sid");
	return rc;
}

enum { BUSYBOX_MAX = 16 << 20 /* bytes of a busybox; a static one with everything has 2 MiB */ };

static int read_busybox(struct op *op, const struct tree *t, struct os_identity *ret)
{
	struct op_mark mark = op_mark(op);
	str text, path;
	int rc = file_text(op, t, S("bin/busybox"), BUSYBOX_MAX, &text, &path);
	ptrdiff_t at = rc == 0 && text.p ? str_find_str(text, S("BusyBox v")) : -1;

	if (at < 0) {
		op_reset(op, mark);
		return rc;
	}
	str version = str_from(text, at + 9);
	char digits[32];
	ptrdiff_t n = number_length(str_head(version, sizeof(digits)));
	for (ptrdiff_t i = 0; i < n; i++)
		digits[i] = version.p[i];
	op_reset(op, mark); /* the program's bytes go, what follows is copied again */
	if (n == 0)
		return 0;
	ret->id = S("busybox");
	ret->name = S("BusyBox");
	ret->path = S("bin/busybox");
	rc = op_copy(op, (str){ digits, n }, &ret->version_id);
	return rc < 0 ? rc
		      : op_text(op, &ret->pretty_name, "BusyBox v%.*s", STR_ARG(ret->version_id));
}

/* One of os_files. */
static int read_file(struct op *op, str path, str text, struct os_identity *ret)
{
	str name = str_base_name(path);

	if (str_eq(name, S("os-release")))
		return os_read_release(op, text, ret);
	if (str_eq(name, S("lsb-release")))
		return read_lsb(op, text, ret);
	if (str_eq(name, S("system-release-cpe")))
		(void)os_read_cpe(text, ret);
	else if (str_eq(name, S("alpine-release")))
		(void)read_alpine(text, ret);
	else if (str_ends(name, S("-release")))
		(void)os_read_red_hat(text, ret);
	return 0;
}

static int name_distro(struct op *op, struct os_identity *os)
{
	str version = os->version_id.len ? os->version_id : os->build_id;

	os->distro = os->id;
	if (os->id.len == 0 || version.len == 0)
		return 0;
	return op_text(op, &os->distro, "%.*s-%.*s", STR_ARG(os->id), STR_ARG(version));
}

int os_identify(struct op *op, const struct tree *t, struct os_identity *ret)
{
	struct os_identity os = { 0 };
	str text, path;
	int rc = 0;

	for (size_t i = 0; i < os_files_n && os.id.len == 0; i++) {
		os = (struct os_identity){ 0 };
		rc = file_text(op, t, str_of(os_files[i]), OS_FILE_MAX, &text, &path);
		if (rc == 0 && text.p)
			rc = read_file(op, str_of(os_files[i]), text, &os);
		if (rc < 0)
			return rc;
		os.path = path;
	}
	if (os.id.len == 0)
		os = (struct os_identity){ 0 };
	if (os.id.len == 0 || str_eq(os.id, S("debian")))
		rc = add_debian_version(op, t, &os);
	if (rc == 0 && os.id.len == 0)
		rc = read_busybox(op, t, &os);
	if (rc == 0)
		rc = name_distro(op, &os);
	if (rc == 0)
		*ret = os;
	return rc;
}
