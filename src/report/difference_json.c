#include "difference_json.h"

#include <stdio.h>

#include "codec/json.h"
#include "sys/clock.h"

#include "findings_change.h"

static void put_side(struct json_out *j, const char *key, const struct difference_side *s)
{
	static const struct digest none;
	char text[DIGEST_TEXT];

	json_key(j, str_of(key));
	json_object(j);
	json_pair(j, "name", s->name);
	json_pair(j, "platform", s->platform);
	if (!digest_eq(&s->manifest, &none))
		json_pair(j, "digest", str_of(digest_text(&s->manifest, text)));
	json_pair_u64(j, "packages", (uint64_t)s->packages);
	if (s->has_files) {
		json_pair_u64(j, "files", (uint64_t)s->files);
		json_pair_u64(j, "layers", (uint64_t)s->layers);
		json_pair_u64(j, "size", s->size);
		json_pair_u64(j, "unpacked", s->unpacked);
	}
	json_object_end(j);
}

static void put_packages(struct json_out *j, const struct difference *d)
{
	json_key(j, S("packages"));
	json_array(j);
	for (ptrdiff_t i = 0; i < d->package_n; i++) {
		const struct difference_package *p = &d->package[i];
		json_object(j);
		json_pair(j, "type", str_of(p->type));
		json_pair(j, "name", p->name);
		json_pair_opt(j, "source", p->source);
		json_pair_opt(j, "before", p->before);
		json_pair_opt(j, "after", p->after);
		json_pair_opt(j, "suite-before", p->suite_before);
		json_pair_opt(j, "suite-after", p->suite_after);
		json_pair_opt(j, "licence-before", p->licence_before);
		json_pair_opt(j, "licence-after", p->licence_after);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_own(struct json_out *j, const struct difference *d)
{
	json_key(j, S("own"));
	json_array(j);
	for (ptrdiff_t i = 0; i < d->own_n; i++) {
		json_object(j);
		json_pair(j, "kind", str_of(d->own[i].kind));
		json_pair(j, "name", d->own[i].name);
		json_pair_opt(j, "before", d->own[i].before);
		json_pair_opt(j, "after", d->own[i].after);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_entry(struct json_out *j, const struct difference_entry *e)
{
	char date[CLOCK_TEXT];

	json_object(j);
	json_pair(j, "version", e->version);
	if (e->date)
		json_pair(j, "date", str_of(clock_rfc3339(e->date, date)));
	json_key(j, S("cves"));
	json_array(j);
	for (ptrdiff_t i = 0; i < e->cves.n; i++)
		json_text(j, e->cves.p[i]);
	json_array_end(j);
	json_pair(j, "text", e->text);
	json_object_end(j);
}

static void put_logs(struct json_out *j, const struct difference *d)
{
	json_key(j, S("changelogs"));
	json_array(j);
	for (ptrdiff_t i = 0; i < d->log_n; i++) {
		const struct difference_log *log = &d->log[i];
		json_object(j);
		json_pair(j, "source", log->source);
		json_pair(j, "before", log->before);
		json_pair(j, "after", log->after);
		if (log->back) {
			json_key(j, S("back"));
			json_bool(j, true);
		}
		json_key(j, S("entries"));
		json_array(j);
		for (ptrdiff_t k = 0; k < log->n; k++)
			put_entry(j, &log->entry[k]);
		json_array_end(j);
		json_pair_opt(j, "missing", log->missing);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_entry_of(struct json_out *j, const char *key, const struct entry *e)
{
	static const char *const type[] = { "directory", "file", "symlink", "hardlink" };
	char text[DIGEST_TEXT];

	if (!e)
		return;
	json_key(j, str_of(key));
	json_object(j);
	json_pair(j, "type", str_of(type[e->type]));
	if (e->type != ENTRY_SYMLINK) {
		(void)snprintf(text, sizeof(text), "%04o", e->mode);
		json_pair(j, "mode", str_of(text));
	}
	json_pair_u64(j, "uid", e->uid);
	json_pair_u64(j, "gid", e->gid);
	if (e->type == ENTRY_FILE || e->type == ENTRY_HARDLINK) {
		json_pair_u64(j, "size", e->size);
		json_pair(j, "sha256", str_of(digest_text(&e->sha256, text)));
	}
	json_pair_opt(j, "target", e->link);
	json_object_end(j);
}

static void put_files(struct json_out *j, const struct difference *d)
{
	static const struct {
		unsigned bit;
		const char *word;
	} way[] = { { DIFFERS_CONTENT, "content" },
		    { DIFFERS_MODE, "mode" },
		    { DIFFERS_OWNER, "owner" },
		    { DIFFERS_TARGET, "target" },
		    { DIFFERS_TYPE, "type" } };

	json_key(j, S("files"));
	json_array(j);
	for (ptrdiff_t i = 0; i < d->file_n; i++) {
		const struct difference_file *f = &d->file[i];
		json_object(j);
		json_pair(j, "path", f->path);
		json_pair_opt(j, "package", f->package);
		json_key(j, S("explained"));
		json_bool(j, f->explained);
		put_entry_of(j, "before", f->before);
		put_entry_of(j, "after", f->after);
		json_key(j, S("differs"));
		json_array(j);
		for (size_t k = 0; k < sizeof(way) / sizeof(way[0]); k++)
			if (f->how & way[k].bit)
				json_text(j, str_of(way[k].word));
		json_array_end(j);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_settings(struct json_out *j, const struct difference *d)
{
	json_key(j, S("settings"));
	json_array(j);
	for (ptrdiff_t i = 0; i < d->setting_n; i++) {
		json_object(j);
		json_pair(j, "name", d->setting[i].name);
		json_pair_opt(j, "before", d->setting[i].before);
		json_pair_opt(j, "after", d->setting[i].after);
		json_object_end(j);
	}
	json_array_end(j);
}

void difference_json_write(struct buf *b, const struct difference *d)
{
	struct json_out j;

	json_begin(&j, b, 1);
	json_object(&j);
	json_pair(&j, "schema", S("temper-difference/1"));
	put_side(&j, "before", &d->before);
	put_side(&j, "after", &d->after);
	put_packages(&j, d);
	put_own(&j, d);
	findings_change_json(&j, &d->findings);
	put_logs(&j, d);
	if (d->before.has_files && d->after.has_files) {
		put_files(&j, d);
		put_settings(&j, d);
		json_pair_u64(&j, "layers-shared", (uint64_t)d->layers_shared);
		json_pair_u64(&j, "bytes-shared", d->shared);
	}
	json_object_end(&j);
	buf_char(b, '\n');
}
