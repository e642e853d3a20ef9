#include "outcome_json.h"

#include <stdio.h>

#include "codec/json.h"
#include "sys/clock.h"

#include "outcome_findings.h"

static void pair_digest(struct json_out *j, const char *key, const struct digest *d)
{
	char text[DIGEST_TEXT];

	json_pair(j, key, str_of(digest_text(d, text)));
}

static void pair_bool(struct json_out *j, const char *key, bool value)
{
	json_key(j, str_of(key));
	json_bool(j, value);
}

static void pair_texts(struct json_out *j, const char *key, const struct texts *list)
{
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < list->n; i++)
		json_text(j, list->p[i]);
	json_array_end(j);
}

/* "recipe -> nginx -> libc6" as a list. */
static void pair_chain(struct json_out *j, const char *key, str chain)
{
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t at = 0; chain.len && at >= 0; chain = str_from(chain, at + 4)) {
		at = str_find_str(chain, S(" -> "));
		json_text(j, at < 0 ? chain : str_head(chain, at));
		if (at < 0)
			break;
	}
	json_array_end(j);
}

static void put_cves(struct json_out *j, const struct texts *cves)
{
	json_key(j, S("cves"));
	json_array(j);
	for (ptrdiff_t i = 0; i < cves->n; i++) {
		str id = cves->p[i], version = str_cut(&id, ' ');
		json_object(j);
		json_pair(j, "version", version);
		json_pair(j, "id", id);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_package(struct json_out *j, const struct outcome_package *p)
{
	json_object(j);
	json_pair(j, "name", p->name);
	json_pair(j, "version", p->version);
	json_pair(j, "architecture", p->arch);
	json_pair(j, "source", p->source);
	json_pair(j, "source-version", p->source_version);
	json_pair(j, "licence", p->licence);
	json_pair(j, p->local ? "file" : "path", p->path);
	json_pair_opt(j, "suite", p->suite);
	json_pair_opt(j, "repository", p->repository);
	json_pair_opt(j, "address", p->address);
	pair_digest(j, "digest", &p->deb);
	json_pair_u64(j, "download", p->deb_size);
	json_pair_u64(j, "size", p->size);
	json_pair_u64(j, "files", (uint64_t)p->files);
	json_key(j, S("layer"));
	json_i64(j, p->layer);
	pair_chain(j, "why", p->why);
	json_pair_opt(j, "scripts", p->answered);
	pair_texts(j, "depends", &p->depends);
	put_cves(j, &p->cves);
	json_pair_opt(j, "description", p->description);
	json_object_end(j);
}

static void put_artifact(struct json_out *j, const struct outcome_artifact *a)
{
	json_object(j);
	json_pair(j, "name", a->name);
	json_pair_opt(j, "version", a->version);
	json_pair(j, a->fetched ? "url" : "path", a->from);
	pair_bool(j, "directory", a->directory);
	json_pair(j, "destination", a->destination);
	json_pair_opt(j, "licence", a->licence);
	json_pair_opt(j, "purl", a->purl);
	pair_digest(j, "digest", &a->sha256);
	json_pair_u64(j, "download", a->packed);
	json_pair_u64(j, "size", a->size);
	json_pair_u64(j, "files", (uint64_t)a->files);
	json_key(j, S("layer"));
	json_i64(j, a->layer);
	json_object_end(j);
}

static void put_certificate(struct json_out *j, const struct outcome_certificate *c)
{
	char date[CLOCK_TEXT];

	json_object(j);
	json_pair(j, "file", c->file);
	json_pair(j, "subject", c->subject);
	pair_digest(j, "digest", &c->sha256);
	json_pair(j, "not-after", str_of(clock_rfc3339(c->not_after, date)));
	pair_bool(j, "expired", c->expired);
	json_object_end(j);
}

static void put_layer(struct json_out *j, const struct outcome_layer *l)
{
	json_object(j);
	pair_digest(j, "digest", &l->digest);
	pair_digest(j, "diff-id", &l->diff_id);
	json_pair_u64(j, "size", l->size);
	json_pair_u64(j, "unpacked", l->tar_size);
	json_pair(j, "what", l->what);
	json_object_end(j);
}

static void put_cut(struct json_out *j, const struct outcome_cut *c)
{
	json_object(j);
	json_pair(j, "package", c->package);
	json_pair(j, "depends", c->depends);
	json_pair(j, "why", c->why);
	json_pair(j, "rule", c->by);
	pair_bool(j, "added", c->added);
	json_object_end(j);
}

static void put_drop(struct json_out *j, const struct outcome_drop *d)
{
	json_object(j);
	json_pair(j, "pattern", d->pattern);
	json_pair(j, "rule", d->by_recipe ? S("recipe") : S("effects/drop.yaml"));
	json_pair_u64(j, "bytes", d->bytes);
	json_pair_u64(j, "files", d->files);
	json_object_end(j);
}

static void put_absent(struct json_out *j, const struct outcome_absent *a)
{
	json_object(j);
	json_pair(j, "package", a->package);
	json_pair(j, "path", a->path);
	json_pair(j, "why", a->why);
	json_pair(j, "rule", a->by);
	json_object_end(j);
}

static void put_pocket(struct json_out *j, const struct outcome_pocket *p)
{
	char date[CLOCK_TEXT];

	json_object(j);
	json_pair_opt(j, "repository", p->repository);
	json_pair_opt(j, "address", p->address);
	json_pair(j, "suite", p->suite);
	json_pair_opt(j, "component", p->component);
	if (p->override)
		pair_bool(j, "override", true);
	json_pair(j, "version", p->version);
	json_pair(j, "date", str_of(clock_rfc3339(p->date, date)));
	json_pair(j, "signer", p->signer);
	json_object_end(j);
}

static void put_next(struct json_out *j, const struct outcome_next *n)
{
	json_object(j);
	json_pair(j, "command", n->command);
	json_pair(j, "what", n->what);
	json_object_end(j);
}

static void put_check(struct json_out *j, const struct outcome_check *c)
{
	json_object(j);
	json_pair(j, "name", c->name);
	pair_bool(j, "ok", c->ok);
	json_pair(j, "summary", c->summary);
	pair_texts(j, "detail", &c->detail);
	json_object_end(j);
}

static void put_test(struct json_out *j, const struct outcome_test *t)
{
	static const char *const word[] = { "passed", "failed", "skipped" };

	json_object(j);
	json_pair(j, "name", t->name);
	json_pair(j, "verdict", str_of(word[t->verdict]));
	json_pair_opt(j, "detail", t->detail);
	json_object_end(j);
}

static void put_file(struct json_out *j, const struct outcome *o, const struct outcome_file *f)
{
	static const char *const type[] = { "directory", "file", "symlink", "hardlink" };
	const struct entry *e = f->entry;
	char mode[8], hex[DIGEST_HEX];

	(void)snprintf(mode, sizeof(mode), "%04o", e->mode & 07777U);
	json_object(j);
	json_pair(j, "path", e->path);
	json_pair(j, "type", str_of(type[e->type]));
	json_pair(j, "mode", str_of(mode));
	json_pair_u64(j, "uid", e->uid);
	json_pair_u64(j, "gid", e->gid);
	if (e->type == ENTRY_FILE) {
		json_pair_u64(j, "size", e->size);
		json_pair(j, "sha256", str_of(digest_hex(&e->sha256, hex)));
	}
	json_pair_opt(j, "target", e->link);
	if (f->package >= 0 && f->package < o->package_n)
		json_pair(j, "package", o->package[f->package].name);
	else
		json_pair_opt(j, "from", f->from);
	json_object_end(j);
}

static void put_head(struct json_out *j, const struct outcome *o)
{
	char created[CLOCK_TEXT];

	json_pair(j, "schema", S("temper-outcome/1"));
	json_pair(j, "name", o->name);
	json_pair_opt(j, "description", o->description);
	json_pair(j, "suite", o->suite);
	json_pair(j, "platform", str_of(o->platform->name));
	pair_digest(j, "digest", &o->manifest);
	pair_digest(j, "recipe", &o->recipe);
	pair_digest(j, "lock", &o->lock);
	json_pair(j, "compressor", o->compressor);
	json_pair(j, "user", o->user);
	json_pair(j, "created", str_of(clock_rfc3339(o->created, created)));
	json_pair_u64(j, "size", o->size);
	json_pair_u64(j, "unpacked", o->unpacked);
}

static void begin_list(struct json_out *j, const char *key)
{
	json_key(j, str_of(key));
	json_array(j);
}

void outcome_json_write(struct buf *b, const struct outcome *o)
{
	struct json_out j;

	json_begin(&j, b, 1);
	json_object(&j);
	put_head(&j, o);
	begin_list(&j, "packages");
	for (ptrdiff_t i = 0; i < o->package_n; i++)
		put_package(&j, &o->package[i]);
	json_array_end(&j);
	begin_list(&j, "artifacts");
	for (ptrdiff_t i = 0; i < o->artifact_n; i++)
		put_artifact(&j, &o->artifact[i]);
	json_array_end(&j);
	begin_list(&j, "certificates");
	for (ptrdiff_t i = 0; i < o->certificate_n; i++)
		put_certificate(&j, &o->certificate[i]);
	json_array_end(&j);
	begin_list(&j, "layers");
	for (ptrdiff_t i = 0; i < o->layer_n; i++)
		put_layer(&j, &o->layer[i]);
	json_array_end(&j);
	begin_list(&j, "cuts");
	for (ptrdiff_t i = 0; i < o->cut_n; i++)
		put_cut(&j, &o->cut[i]);
	json_array_end(&j);
	begin_list(&j, "dropped");
	for (ptrdiff_t i = 0; i < o->drop_n; i++)
		put_drop(&j, &o->drop[i]);
	json_array_end(&j);
	begin_list(&j, "absent");
	for (ptrdiff_t i = 0; i < o->absent_n; i++)
		put_absent(&j, &o->absent[i]);
	json_array_end(&j);
	begin_list(&j, "proof");
	for (ptrdiff_t i = 0; i < o->check_n; i++)
		put_check(&j, &o->check[i]);
	json_array_end(&j);
	begin_list(&j, "tests");
	for (ptrdiff_t i = 0; i < o->test_n; i++)
		put_test(&j, &o->test[i]);
	json_array_end(&j);
	outcome_findings_json(&j, o);
	begin_list(&j, "files");
	for (ptrdiff_t i = 0; i < o->file_n; i++)
		put_file(&j, o, &o->file[i]);
	json_array_end(&j);
	begin_list(&j, "pockets");
	for (ptrdiff_t i = 0; i < o->pocket_n; i++)
		put_pocket(&j, &o->pocket[i]);
	json_array_end(&j);
	begin_list(&j, "next");
	for (ptrdiff_t i = 0; i < o->next_n; i++)
		put_next(&j, &o->next[i]);
	json_array_end(&j);
	json_object_end(&j);
	buf_char(b, '\n');
}
