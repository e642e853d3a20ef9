#include "effect_list.h"

#include "base/buf.h"
#include "base/limits.h"
#include "codec/tar.h"

#include "deb.h"

struct effect *effect_add(struct op *op, struct effect_list *list, enum effect_kind kind,
			  str origin)
{
	struct effect *e = vec_push(op, list);

	if (e)
		*e = (struct effect){
			.kind = kind, .mode = UINT32_MAX, .id = UINT32_MAX, .origin = origin
		};
	return e;
}

bool effect_path(struct op *op, str path, str *ret)
{
	char clean[LIMIT_PATH];
	bool moved;
	str at;

	return tar_clean(path, clean, &at) && at.len && deb_path(op, at, false, ret, &moved) == 0;
}

bool effect_is_secret(str text)
{
	while (text.len) {
		str line = str_trim(str_cut(&text, '\n'));
		if (str_starts(line, S("-----BEGIN ")) && str_ends(line, S("PRIVATE KEY-----")))
			return true;
	}
	return false;
}

struct digest effect_digest(struct op *op, const struct effect_list *list, int *ret_rc)
{
	struct buf b;
	str text;

	buf_init(&b, op, LIMIT_DOCUMENT * 4);
	for (ptrdiff_t i = 0; i < list->n; i++) {
		const struct effect *e = &list->p[i];
		const str fields[] = { e->name,  e->path,    e->to,     e->from,
				       e->text,  e->group,   e->owner,  e->home,
				       e->shell, e->comment, e->master, e->package };
		buf_fmt(&b, "%d %u %u %lld", (int)e->kind, e->mode, e->id, (long long)e->priority);
		for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]); k++) {
			buf_fmt(&b, " %td:", fields[k].len);
			buf_add(&b, fields[k]);
		}
		buf_char(&b, '\n');
	}
	*ret_rc = buf_take(&b, &text);
	return *ret_rc < 0 ? (struct digest){ { 0 } } : digest_of(text);
}
