#include "installed.h"

#include <string.h>
#include <strings.h>

struct known_field {
	str name;
	size_t offset;
};
#define FIELD(text, field)                                             \
	{                                                              \
		S_INIT(text), offsetof(struct installed_stanza, field) \
	}
static const struct known_field known_fields[] = {
	FIELD("Package", package),
	FIELD("Status", status),
	FIELD("Version", version),
	FIELD("Architecture", architecture),
	FIELD("Multi-Arch", multi_arch),
	FIELD("Source", source),
	FIELD("Maintainer", maintainer),
	FIELD("Homepage", homepage),
	FIELD("Description", description),
	FIELD("Section", section),
	FIELD("Priority", priority),
	FIELD("Essential", essential),
	FIELD("Installed-Size", installed_size),
	FIELD("Depends", depends),
	FIELD("Pre-Depends", pre_depends),
	FIELD("Provides", provides),
	FIELD("Conffiles", conffiles),
	FIELD("License", licence),
};
#undef FIELD

static str *field_of(struct installed_stanza *s, str name)
{
	for (size_t i = 0; i < sizeof(known_fields) / sizeof(known_fields[0]); i++) {
		const struct known_field *f = &known_fields[i];
		if (f->name.len == name.len &&
		    strncasecmp(f->name.p, name.p, (size_t)name.len) == 0)
			return (str *)((char *)s + f->offset);
	}
	return NULL;
}

static bool is_blank(str line)
{
	return line.len == 0 || str_trim(line).len == 0;
}

/* The lines that go on with the value that began at `value`. */
static str rest_of_value(str value, str *in)
{
	while (in->p && in->len && (in->p[0] == ' ' || in->p[0] == '\t')) {
		str rest = *in, line = str_cut(&rest, '\n');
		if (is_blank(line))
			break;
		value.len = line.p + line.len - value.p;
		*in = rest;
	}
	return str_trim(value);
}

bool installed_next(str *in, struct installed_stanza *ret)
{
	bool any = false;

	*ret = (struct installed_stanza){ 0 };
	while (in->p) {
		str line = str_cut(in, '\n');
		if (is_blank(line)) {
			if (any)
				return true;
			continue;
		}
		any = true;
		ptrdiff_t colon = str_find(line, ':');
		str *to = colon > 0 ? field_of(ret, str_head(line, colon)) : NULL;
		str value = rest_of_value(str_from(line, colon + 1), in);
		if (to && !to->p)
			*to = value;
		else if ((colon <= 0 || to) && !ret->bad.p && line.p[0] != '#')
			ret->bad = line;
	}
	return any;
}

bool installed_is_there(const struct installed_stanza *s)
{
	return !str_ends(s->status, S(" config-files")) &&
	       !str_ends(s->status, S(" not-installed"));
}

void installed_source(str field, struct installed_package *p)
{
	str rest = field, name = str_word(&rest);
	ptrdiff_t open = str_find(rest, '('), close = str_rfind(rest, ')');

	p->source = name.len ? name : p->name;
	p->source_version = p->version;
	if (open >= 0 && close > open + 1)
		p->source_version = str_trim((str){ rest.p + open + 1, close - open - 1 });
}
