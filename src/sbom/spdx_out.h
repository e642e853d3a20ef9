/*
 * spdx_out: SPDX 2.2 and 2.3, JSON and tag-value, by one sequence of calls. Source:
 * spdx.github.io/spdx-spec/v2.3. In tag-value a section is begun by its first tag, and files stand
 * behind their package; in JSON sections are lists.
 */
#ifndef SBOM_SPDX_OUT_H
#define SBOM_SPDX_OUT_H

#include "sink.h"

struct spdx_out {
	struct sink s;
	bool tag;
	bool old; /* 2.2 */
};

void spdx_section(struct spdx_out *o, const char *key, const char *heading);
void spdx_section_end(struct spdx_out *o);
void spdx_item(struct spdx_out *o); /* an element of a section */
void spdx_item_end(struct spdx_out *o);
/* "tag: value", or a member; nothing for an empty value. What has line breaks is put into <text>.
 */
void spdx_text(struct spdx_out *o, const char *tag, const char *key, str value);
void spdx_bool(struct spdx_out *o, const char *tag, const char *key, bool value);
void spdx_list(struct spdx_out *o, const char *key);
void spdx_list_end(struct spdx_out *o);
void spdx_checksum(struct spdx_out *o, const char *tag, const char *algorithm, str value);
void spdx_reference(struct spdx_out *o, const char *category, const char *type, str locator);
void spdx_relation(struct spdx_out *o, str from, const char *type, str to, str comment);

#endif
