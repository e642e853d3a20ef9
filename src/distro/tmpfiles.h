/*
 * tmpfiles: the part of a tmpfiles.d file that matters in an image.
 * Source: tmpfiles.d(5), systemd 257.
 *
 * d, D, v, q, Q make a directory; f, F, f+, F+ a file; L, L+, L? a link; C, C+ a copy; e, z, Z set
 * mode and owner of what is there. Left out: x, X, r, R (clean-up at run time), b, c, p (no
 * devices or FIFOs in an image), w, t, T, h, H, a, A (kernel settings and attributes that layers
 * do not carry). Setuid and setgid bits are taken away, as everywhere.
 */
#ifndef DISTRO_TMPFILES_H
#define DISTRO_TMPFILES_H

#include "effect_list.h"

struct tmpfiles_mode {        /* e, z, Z: for paths that exist; path may be a glob */
	struct effect effect; /* EFFECT_MODE */
	bool below;           /* Z: and all below */
};
struct tmpfiles {
	struct effect_list made; /* EFFECT_DIRECTORY, EFFECT_FILE, EFFECT_LINK, EFFECT_COPY */
	struct tmpfiles_mode *mode;
	ptrdiff_t mode_n, mode_cap;
};

/*
 * Append a file's text. ERR_FORMAT with "file:line: ..." for a line that has no form. A line with a
 * specifier other than %% is about the running machine and left out, and so is a copy of what is
 * below /proc, /sys, /dev or /run (a random number for a secret).
 */
int tmpfiles_read(struct op *op, str file, str text, struct tmpfiles *to) MUST_USE;

#endif
