#include "model/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

/* A letter for the scheme, then three lines: their order is one, in every scheme. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str in, v[3];
	int order[3][3];

	if (size < 1)
		return 0;
	in = (str){ (const char *)data + 1, (ptrdiff_t)size - 1 };
	enum version_scheme scheme = (enum version_scheme)(data[0] % VERSION_SCHEMES);
	for (int i = 0; i < 3; i++)
		v[i] = str_cut(&in, '\n');
	for (int i = 0; i < 3; i++) {
		(void)version_valid(scheme, v[i]);
		for (int j = 0; j < 3; j++)
			order[i][j] = sign(version_compare(scheme, v[i], v[j]));
	}
	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 3; j++) {
			MUST(order[i][j] == -order[j][i]);
			for (int k = 0; k < 3; k++)
				MUST(order[i][j] > 0 || order[j][k] > 0 ||
				     order[i][k] == (order[i][j] + order[j][k] < 0 ? -1 : 0));
		}
	}
	struct version_span span = { .from = v[1], .last = v[2] };
	/* The exceptions of version_in() are no order. */
	bool plain = scheme != VERSION_BYTES && scheme != VERSION_RPM && scheme != VERSION_ALPM &&
		     scheme != VERSION_PYPI;
	MUST(!plain || !v[1].len || order[1][2] > 0 || version_in(scheme, v[1], &span));
	return 0;
}
