#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"
#include "codec/yaml.h"
#include "feeds_files.h"
#include "net/client.h"
#include "net/url.h"
#include "sys/clock.h"
#include "update.h"

#define PLACE(member) offsetof(struct feed_source, member)
static const struct field fields[] = {
	{ "format", FIELD_TEXT, PLACE(format), false, "a format of temper db feeds" },
	{ "url", FIELD_TEXTS, PLACE(url), false, "an address, or a list of mirrors" },
	{ "ecosystems", FIELD_TEXTS, PLACE(ecosystems), false, "a list: debian, npm" },
	{ "release", FIELD_TEXT, PLACE(release), false, "an ecosystem: alpine:{release}" },
	{ "releases", FIELD_TEXTS, PLACE(releases), false, "a list of releases" },
	{ "delta", FIELD_TEXT, PLACE(delta), false, "an address" },
	{ "follow", FIELD_BOOL, PLACE(follow), false, "true or false" },
	{ "licence", FIELD_TEXT, PLACE(licence), false, "a text" },
	{ "attribution", FIELD_TEXT, PLACE(attribution), false, "a text" },
	{ "note", FIELD_TEXT, PLACE(note), false, "a text" },
	{ "default", FIELD_BOOL, PLACE(standard), false, "true or false" },
	{ "optional", FIELD_BOOL, PLACE(optional), false, "true or false" },
	{ "max", FIELD_U64, PLACE(max), false, "a number of bytes" },
};
#undef PLACE

struct file {
	const struct node *mirror, *security_mirror, *keyring; /* distro/repo.h's */
	const struct node *feeds;
};
static const struct field file_fields[] = {
	{ "mirror", FIELD_NODE, offsetof(struct file, mirror), false, NULL },
	{ "security-mirror", FIELD_NODE, offsetof(struct file, security_mirror), false, NULL },
	{ "keyring", FIELD_NODE, offsetof(struct file, keyring), false, NULL },
	{ "feeds", FIELD_NODE, offsetof(struct file, feeds), false, NULL },
};

struct sources {
	struct feed_source *p;
	ptrdiff_t n, cap;
};

static bool name_is_plain(str name)
{
	for (ptrdiff_t i = 0; i < name.len; i++) {
		char c = name.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (i == 0 || c != '-'))
			return false;
	}
	return name.len > 0 && name.len <= 64;
}

int feed_source_url(struct op *op, str url, str release, int64_t day, str *ret)
{
	char date[CLOCK_TEXT];
	struct buf b;

	buf_init(&b, op, URL_MAX);
	(void)clock_rfc3339(day, date);
	while (url.len) {
		bool is_release = str_starts(url, S("{release}"));
		if (is_release || str_starts(url, S("{date}"))) {
			buf_add(&b, is_release ? release : str_head(str_of(date), 10));
			url = str_from(url, is_release ? 9 : 6);
			continue;
		}
		buf_char(&b, url.p[0]);
		url = str_from(url, 1);
	}
	return buf_take(&b, ret);
}

static int check_url(struct op *op, const struct doc *doc, const struct node *node, str url)
{
	struct op_mark mark = op_mark(op);
	str sample;

	if (str_starts(url, S("distribution:")))
		return 0;
	int rc = feed_source_url(op, url, S("1"), 0, &sample);
	if (rc == 0 && client_check_url(op, sample) == ERR_USAGE) {
		op_forgive(op);
		return node_fail(op, doc, node, "'%.*s' is no address that can be fetched",
				 STR_ARG(url));
	}
	op_reset(op, mark);
	return op->code;
}

static int check(struct op *op, const struct doc *doc, const struct node *node,
		 const struct feed_source *s)
{
	int rc = 0;

	if (!s->format.len)
		return node_fail_key(op, doc, node, "the feed '%.*s' has no format",
				     STR_ARG(s->name));
	for (ptrdiff_t i = 0; rc == 0 && i < s->url.n; i++)
		rc = check_url(op, doc, node, s->url.p[i]);
	if (rc == 0 && s->delta.len)
		rc = check_url(op, doc, node, s->delta);
	return rc;
}

static struct feed_source *find(struct sources *list, str name)
{
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (str_eq(list->p[i].name, name))
			return &list->p[i];
	return NULL;
}

static int read_feeds(struct op *op, const struct doc *doc, const struct node *map,
		      struct sources *list)
{
	if (map->kind != NODE_MAP)
		return node_fail_key(op, doc, map, "'feeds' must be a mapping of names");
	for (ptrdiff_t i = 0; i < map->n; i++) {
		const struct node *node = &map->child[i];
		struct feed_source *s = find(list, node->key);
		if (!name_is_plain(node->key))
			return node_fail_key(op, doc, node,
					     "'%.*s' is no name of a feed: lower-case letters, "
					     "digits and dashes",
					     STR_ARG(str_head(node->key, 100)));
		if (!s && !(s = vec_push(op, list)))
			return op->code;
		s->name = node->key;
		s->max = s->max ? s->max : LIMIT_FEED_FETCH;
		int rc = fields_read(op, doc, node, fields, sizeof(fields) / sizeof(fields[0]), s);
		if (rc < 0 || (rc = check(op, doc, node, s)) < 0)
			return rc;
	}
	return 0;
}

static int read_text(struct op *op, str name, str text, struct sources *list)
{
	struct file file = { 0 };
	struct doc *doc = op_new(op, struct doc, 1);
	int rc = doc ? yaml_parse(op, name, text, doc) : op->code;

	if (rc < 0 || doc->root.kind == NODE_NULL)
		return rc;
	rc = fields_read(op, doc, &doc->root, file_fields,
			 sizeof(file_fields) / sizeof(file_fields[0]), &file);
	return rc < 0 || !file.feeds ? rc : read_feeds(op, doc, file.feeds, list);
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct feed_source *)a)->name,
		       ((const struct feed_source *)b)->name);
}

int feed_sources_read(struct op *op, str config_path, struct feed_source **ret, ptrdiff_t *ret_n)
{
	struct sources list = { 0 };
	str path = config_path, text;
	int rc = 0;

	for (int i = 0; rc == 0 && i < feeds_files_n; i++)
		rc = read_text(op, str_of(feeds_files[i].name), feeds_files[i].text, &list);
	if (rc == 0)
		rc = path.len ? file_read_user(op, path, LIMIT_DOCUMENT, &text)
			      : repo_config_find(op, &path, &text);
	if (rc == 0)
		rc = read_text(op, path, text, &list);
	if (rc < 0)
		return rc;
	qsort(list.p, (size_t)list.n, sizeof(*list.p), by_name);
	*ret = list.p;
	*ret_n = list.n;
	return 0;
}

const struct feed_source *feed_source_find(const struct feed_source *p, ptrdiff_t n, str name)
{
	for (ptrdiff_t i = 0; i < n; i++)
		if (str_eq(p[i].name, name))
			return &p[i];
	return NULL;
}

bool feed_source_covers(const struct feed_source *s, str ecosystem)
{
	str base = str_head(ecosystem, str_find(ecosystem, ':'));

	for (ptrdiff_t i = 0; i < s->ecosystems.n; i++)
		if (str_eq(s->ecosystems.p[i], ecosystem) ||
		    (base.len && str_eq(s->ecosystems.p[i], base)))
			return true;
	return false;
}
