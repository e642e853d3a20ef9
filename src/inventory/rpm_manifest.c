/*
 * The packages of an image that has no rpm database: Azure Linux and CBL-Mariner distroless. A line
 * each, as `rpm -qa --qf` wrote it, of fields between tabs:
 *
 *	name   version-release   installed   built   vendor   epoch or "(none)"   size   architecture
 *	epoch or 0   source package
 */
#include "base/limits.h"
#include "base/num.h"
#include "rpm_impl.h"

enum { FIELDS = 10 };
enum { NAME, VERSION, INSTALLED, BUILT, VENDOR, EPOCH, SIZE, ARCH, EPOCH_OR_0, SOURCE };

static str told(str field)
{
	return str_eq(field, S("(none)")) ? S("") : field;
}

/* n as rpm's headers have it. */
static struct rpm_numbers number(str text, char room[8])
{
	uint64_t n;

	if (!num_parse(text, UINT64_MAX, &n))
		return (struct rpm_numbers){ 0 };
	for (int i = 0; i < 8; i++)
		room[i] = (char)(n >> (56 - 8 * i));
	return (struct rpm_numbers){ { room, 8 }, 1, 8 };
}

static int read_line(struct op *op, struct rpm_place *place, str line)
{
	str field[FIELDS];
	char epoch[8], size[8];

	for (int i = 0; i < FIELDS; i++) {
		if (!line.p)
			return op_fail(op, ERR_FORMAT, "a line of %d fields, not of %d", i, FIELDS);
		field[i] = str_trim(str_cut(&line, '\t'));
	}
	ptrdiff_t dash = str_rfind(field[VERSION], '-');
	struct rpm_header h = {
		.name = field[NAME],
		.version = str_head(field[VERSION], dash < 0 ? field[VERSION].len : dash),
		.release = str_from(field[VERSION], dash < 0 ? field[VERSION].len : dash + 1),
		.arch = told(field[ARCH]),
		.vendor = told(field[VENDOR]),
		.source_rpm = told(field[SOURCE]),
		.epoch = number(field[EPOCH], epoch),
		.long_size = number(field[SIZE], size)
	};
	int rc = rpm_package(op, place, &h);
	if (rc == 0 && place->package.n)
		place->package.p[place->package.n - 1].listed = true;
	return rc;
}

static int read_manifest(struct op *op, struct catalog *c, const struct found *f)
{
	struct rpm_place place;
	bool told_bad = false;
	str text;
	int rc = rpm_place(op, c, f, &place);

	place.licences = false; /* it tells none */
	if (rc == 0)
		rc = catalog_text(op, c, f, LIMIT_CAPTURE, &text);
	while (rc == 0 && text.len) {
		str line = str_cut(&text, '\n');
		if (str_trim(line).len == 0)
			continue;
		rc = read_line(op, &place, line);
		if (rc == ERR_FORMAT && told_bad) {
			op_forgive(op);
			rc = 0;
		} else if (rc == ERR_FORMAT) {
			told_bad = true;
			rc = catalog_unreadable(op, c, f, f->path);
		}
	}
	return rc < 0 ? rc : rpm_add(op, c, f, EVIDENCE_DATABASE, &place);
}

const struct cataloger cataloger_rpm_manifest = {
	.name = "rpm-manifest",
	.what = "packages of Azure Linux and CBL-Mariner distroless, by their manifest",
	.wants = { { .glob = "**/var/lib/rpmmanifest/container-manifest-2" },
		   { .glob = "container-manifest-2" } },
	.read = read_manifest,
};
