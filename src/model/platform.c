#include "platform.h"

#include <elf.h>

/* Debian's release architectures. Loaders: each port's ABI supplement, as glibc installs them. */
static const struct platform known[] = {
	{ "linux/amd64", "amd64", "", "amd64", "x86_64-linux-gnu", "lib64/ld-linux-x86-64.so.2",
	  EM_X86_64, false, 64 },
	{ "linux/arm64", "arm64", "v8", "arm64", "aarch64-linux-gnu", "lib/ld-linux-aarch64.so.1",
	  EM_AARCH64, false, 64 },
	{ "linux/arm/v7", "arm", "v7", "armhf", "arm-linux-gnueabihf", "lib/ld-linux-armhf.so.3",
	  EM_ARM, false, 32 },
	{ "linux/386", "386", "", "i386", "i386-linux-gnu", "lib/ld-linux.so.2", EM_386, false,
	  32 },
	{ "linux/ppc64le", "ppc64le", "", "ppc64el", "powerpc64le-linux-gnu", "lib64/ld64.so.2",
	  EM_PPC64, false, 64 },
	{ "linux/riscv64", "riscv64", "", "riscv64", "riscv64-linux-gnu",
	  "lib/ld-linux-riscv64-lp64d.so.1", EM_RISCV, false, 64 },
	{ "linux/s390x", "s390x", "", "s390x", "s390x-linux-gnu", "lib/ld64.so.1", EM_S390, true,
	  64 },
};
enum { KNOWN = sizeof(known) / sizeof(known[0]) };

#if defined(__x86_64__)
#define HOST "linux/amd64"
#elif defined(__aarch64__)
#define HOST "linux/arm64"
#elif defined(__arm__)
#define HOST "linux/arm/v7"
#elif defined(__i386__)
#define HOST "linux/386"
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HOST "linux/ppc64le"
#elif defined(__riscv) && __riscv_xlen == 64
#define HOST "linux/riscv64"
#elif defined(__s390x__)
#define HOST "linux/s390x"
#else
#error "a platform that src/model/platform.c does not know"
#endif

/* Is word "ARCH" or "ARCH/VARIANT" of p? */
static bool names(const struct platform *p, str word)
{
	str arch = str_of(p->oci_arch), variant = str_of(p->variant);

	if (str_eq(word, arch) || str_eq(word, str_of(p->deb_arch)))
		return true;
	return variant.len && word.len == arch.len + 1 + variant.len && str_starts(word, arch) &&
	       word.p[arch.len] == '/' && str_ends(word, variant);
}

const struct platform *platform_find(str name)
{
	str os = S("linux/");

	if (str_starts(name, os))
		name = str_from(name, os.len);
	for (size_t i = 0; i < KNOWN; i++) {
		if (names(&known[i], name))
			return &known[i];
	}
	return NULL;
}

bool platform_same(str a, str b)
{
	const struct platform *x = platform_find(a), *y = platform_find(b);

	return x && y ? x == y : str_eq(a, b);
}

const struct platform *platform_host(void)
{
	return platform_find(S(HOST));
}

const char *platform_names(void)
{
	return "linux/amd64, linux/arm64, linux/arm/v7, linux/386, linux/ppc64le, linux/riscv64, "
	       "linux/s390x";
}
