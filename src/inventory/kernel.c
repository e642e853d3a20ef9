/*
 * Linux kernels and their modules, of which each depends on the kernel that it was built for. A
 * module without a version of its own has the kernel's.
 */
#include "codec/kernel.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "codec/stream.h"
#include "model/licence.h"
#include "draft.h"

struct module { /* waits for its kernel */
	uint32_t package;
	str release;
};
struct kernels {
	struct map kernel; /* release to 1 + the package's number */
	VEC(struct module) module;
};

static int begin_kernel(struct op *op, struct catalog *c)
{
	struct kernels *k = op_new(op, struct kernels, 1);

	if (!k)
		return op->code;
	map_init(&k->kernel, op);
	*catalog_state(c) = k;
	return 0;
}

static int read_image(struct op *op, struct op *tmp, struct catalog *c, const struct found *f)
{
	struct kernels *k = *catalog_state(c);
	const char *arch;
	uint32_t number;
	struct at at;
	str text;
	int rc = catalog_at(tmp, c, f, &at);

	if (rc < 0 || (rc = kernel_image(tmp, &at, &text, &arch)) != 0)
		return rc < 0 ? op_adopt_error(op, tmp) : 0;
	struct package p = { .type = PACKAGE_KERNEL,
			     .name = S("linux-kernel"),
			     .arch = str_of(arch),
			     .licence = S("GPL-2.0-only WITH Linux-syscall-note") };
	if ((rc = op_copy(op, text, &text)) < 0)
		return rc;
	p.version = kernel_release(text);
	if ((rc = package_fact(op, &p.facts, "kernel:banner", text)) < 0 ||
	    (rc = catalog_add(op, c, f, EVIDENCE_EMBEDDED, &p, &number)) < 0 ||
	    number == UINT32_MAX)
		return rc;
	return map_put(&k->kernel, p.version, (void *)(uintptr_t)(number + 1));
}

static str field(const struct pairs *fields, str key)
{
	for (ptrdiff_t i = 0; i < fields->n; i++) {
		if (str_eq(fields->p[i].key, key))
			return fields->p[i].value;
	}
	return S("");
}

/* What the kernel's own words for licences mean. Source: Documentation/process/license-rules.rst.
 */
static int licence_of(struct op *op, str text, str *ret)
{
	static const struct {
		str said, means;
	} words[] = {
		{ S_INIT("GPL"), S_INIT("GPL-2.0-only") },
		{ S_INIT("GPL v2"), S_INIT("GPL-2.0-only") },
		{ S_INIT("GPL and additional rights"), S_INIT("GPL-2.0-only") },
		{ S_INIT("Dual BSD/GPL"), S_INIT("GPL-2.0-only OR LicenseRef-BSD") },
		{ S_INIT("Dual MIT/GPL"), S_INIT("GPL-2.0-only OR MIT") },
		{ S_INIT("Dual MPL/GPL"), S_INIT("GPL-2.0-only OR MPL-1.1") },
		{ S_INIT("Proprietary"), S_INIT("LicenseRef-Proprietary") },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_eq(text, words[i].said)) {
			*ret = words[i].means;
			return 0;
		}
	}
	return licence_expression(op, text, ret);
}

/* "net/usb/r8152.ko.xz": r8152; as the kernel has it, without dashes. */
static int name_of_file(struct op *op, str path, str *ret)
{
	str name = str_base_name(path);
	ptrdiff_t end = str_find_str(name, S(".ko"));
	char *copy = op_new(op, char, name.len);

	if (!copy)
		return op->code;
	for (ptrdiff_t i = 0; i < name.len; i++)
		copy[i] = name.p[i] == '-' ? '_' : name.p[i];
	*ret = (str){ copy, end < 0 ? name.len : end };
	return 0;
}

/* The module as an ELF file: itself, or what it unpacks to. */
static int unpack(struct op *tmp, struct catalog *c, const struct found *f, struct at *ret)
{
	AUTO_STREAM *stream = NULL;
	str packed, bytes;
	int rc;

	if (str_ends(f->path, S(".ko")))
		return catalog_at(tmp, c, f, ret);
	if ((rc = catalog_text(tmp, c, f, LIMIT_CAPTURE, &packed)) < 0 ||
	    (rc = stream_open_bytes(tmp, packed, f->path, LIMIT_KERNEL, &stream)) < 0 ||
	    (rc = stream_read_all(tmp, stream, LIMIT_KERNEL, &bytes)) < 0)
		return rc;
	*ret = at_of_bytes(bytes, f->path);
	return 0;
}

static int read_facts(struct op *op, const struct pairs *fields, struct package *p)
{
	static const struct {
		str field;
		const char *fact;
	} facts[] = {
		{ S_INIT("intree"), "kernel:in-tree" },
		{ S_INIT("srcversion"), "kernel:source-version" },
		{ S_INIT("vermagic"), "kernel:vermagic" },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(facts) / sizeof(facts[0]); i++) {
		str value = str_trim(field(fields, facts[i].field));
		rc = op_copy(op, value, &value);
		if (rc == 0)
			rc = package_fact(op, &p->facts, facts[i].fact, value);
	}
	return rc;
}

static int add_module(struct op *op, struct catalog *c, const struct found *f,
		      const struct pairs *fields)
{
	struct kernels *k = *catalog_state(c);
	str magic = field(fields, S("vermagic")), depends = field(fields, S("depends"));
	str version = str_trim(field(fields, S("version"))), release = str_word(&magic);
	struct package p = { .type = PACKAGE_KERNEL_MODULE };
	uint32_t number;
	int rc;

	if ((rc = op_copy(op, release, &release)) < 0 ||
	    (rc = op_copy(op, version.len ? version : release, &p.version)) < 0 ||
	    (rc = op_copy(op, field(fields, S("name")), &p.name)) < 0 ||
	    (rc = op_copy(op, field(fields, S("author")), &p.author)) < 0 ||
	    (rc = op_copy(op, field(fields, S("description")), &p.description)) < 0 ||
	    (rc = read_facts(op, fields, &p)) < 0)
		return rc;
	if (p.name.len == 0 && (rc = name_of_file(op, f->path, &p.name)) < 0)
		return rc;
	if (catalog_wants_licences(c) &&
	    (rc = licence_of(op, field(fields, S("license")), &p.licence)) < 0)
		return rc;
	while (depends.len) {
		str need = str_cut(&depends, ',');
		if ((rc = op_copy(op, need, &need)) < 0 ||
		    (rc = draft_text(op, &p.needs, need)) < 0)
			return rc;
	}
	rc = catalog_add(op, c, f, EVIDENCE_EMBEDDED, &p, &number);
	if (rc < 0 || number == UINT32_MAX)
		return rc;
	struct module *m = vec_push(op, &k->module);
	if (!m)
		return op->code;
	*m = (struct module){ number, release };
	return 0;
}

static int read_module(struct op *op, struct op *tmp, struct catalog *c, const struct found *f)
{
	struct pairs fields;
	struct at at;
	int rc = unpack(tmp, c, f, &at);

	if (rc == 0)
		rc = kernel_module(tmp, &at, &fields);
	if (rc != 0)
		return rc < 0 ? op_adopt_error(op, tmp) : 0;
	return add_module(op, c, f, &fields);
}

static int read_kernel(struct op *op, struct catalog *c, const struct found *f)
{
	bool module = str_find_str(str_base_name(f->path), S(".ko")) > 0;
	AUTO_OP tmp;

	op_init(&tmp, op->ceiling);
	tmp.fault = op->fault;
	return module ? read_module(op, &tmp, c, f) : read_image(op, &tmp, c, f);
}

static int end_kernel(struct op *op, struct catalog *c)
{
	struct kernels *k = *catalog_state(c);
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < k->module.n; i++) {
		const struct module *m = &k->module.p[i];
		uintptr_t kernel = (uintptr_t)map_get(&k->kernel, m->release);
		if (kernel)
			rc = catalog_relate(op, c, RELATION_DEPENDS, m->package,
					    (uint32_t)kernel - 1);
	}
	return rc;
}

const struct cataloger cataloger_kernel = {
	.name = "kernel",
	.what = "Linux kernels and their modules",
	.wants = { { .glob = "**/vmlinuz" },
		   { .glob = "**/vmlinuz-*" },
		   { .glob = "**/vmlinux" },
		   { .glob = "**/vmlinux-*" },
		   { .glob = "**/bzImage" },
		   { .glob = "**/kernel" },
		   { .glob = "**/kernel-*" },
		   { .glob = "**/lib/modules/**/*.ko" },
		   { .glob = "**/lib/modules/**/*.ko.gz" },
		   { .glob = "**/lib/modules/**/*.ko.xz" },
		   { .glob = "**/lib/modules/**/*.ko.zst" } },
	.read = read_kernel,
	.begin = begin_kernel,
	.end = end_kernel,
};
