#include "codec/json.h"
#include "model/outcome.h"
#include "slim_text.h"

static void put_texts(struct json_out *j, const char *key, const struct texts *list)
{
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < list->n; i++)
		json_text(j, list->p[i]);
	json_array_end(j);
}

static void put_bool(struct json_out *j, const char *key, bool value)
{
	json_key(j, str_of(key));
	json_bool(j, value);
}

static void put_digest(struct json_out *j, const char *key, const struct digest *d)
{
	char text[DIGEST_TEXT];

	json_pair(j, key, str_of(digest_text(d, text)));
}

static void put_package(struct json_out *j, const struct slimmed *s,
			const struct slimmed_package *p)
{
	json_object(j);
	json_pair(j, "name", p->name);
	json_pair(j, "version", p->version);
	json_pair(j, "architecture", p->arch);
	json_pair(j, "answer", slim_cuts(p->rule) ? S("cut") : S("keep"));
	json_pair(j, "rule", str_of(slim_rules[p->rule]));
	json_pair(j, "why", p->why);
	json_pair_u64(j, "bytes", p->bytes);
	json_pair_u64(j, "files", p->files);
	if (slim_cuts(p->rule)) {
		put_texts(j, "dependents", &p->dependent);
		if (s->scanned)
			put_texts(j, "cleared", &p->cleared);
	}
	json_object_end(j);
}

static void put_tests(struct json_out *j, const struct slimmed *s)
{
	static const char *const word[] = { "passed", "failed", "skipped" };

	json_key(j, S("tests"));
	json_array(j);
	for (ptrdiff_t i = 0; i < s->test_n; i++) {
		json_object(j);
		json_pair(j, "name", s->test[i].name);
		json_pair(j, "verdict", str_of(word[s->test[i].verdict]));
		json_pair_opt(j, "detail", s->test[i].detail);
		json_object_end(j);
	}
	json_array_end(j);
}

void slim_json_write(struct buf *b, const struct slimmed *s)
{
	struct json_out j;

	json_begin(&j, b, 2);
	json_object(&j);
	json_pair(&j, "schema", S("temper-slim/1"));
	json_pair(&j, "name", s->name);
	json_pair(&j, "platform", s->platform);
	json_pair(&j, "system", s->os);
	put_digest(&j, "base", &s->base);
	put_digest(&j, "image", &s->image);
	put_bool(&j, "changed", s->changed);
	put_bool(&j, "dryRun", s->dry_run);
	json_pair_opt(&j, "refused", s->failed);
	put_texts(&j, "entry", &s->entry);
	json_pair_opt(&j, "doubt", s->doubt);
	json_pair_u64(&j, "packagesBefore", (uint64_t)s->package_n);
	json_pair_u64(&j, "packagesAfter", (uint64_t)(s->package_n - s->cut_n));
	json_pair_u64(&j, "bytesBefore", s->bytes_before);
	json_pair_u64(&j, "bytesAfter", s->bytes_after);
	json_pair_u64(&j, "sizeBefore", s->size_before);
	if (s->size_after)
		json_pair_u64(&j, "sizeAfter", s->size_after);
	json_pair_u64(&j, "pathsRemoved", s->files);
	if (s->scanned) {
		json_pair_u64(&j, "findingsBefore", s->findings_before);
		json_pair_u64(&j, "findingsAfter", s->findings_after);
	}
	json_key(&j, S("packages"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < s->package_n; i++)
		put_package(&j, s, &s->package[i]);
	json_array_end(&j);
	put_tests(&j, s);
	put_texts(&j, "notes", &s->note);
	json_object_end(&j);
	buf_char(b, '\n');
}
