#include <malloc.h>

#include "verbs.h"

/* The size from which malloc maps and unmaps blocks, fixed: left to itself it grows, and then every
 * large buffer is cleared by hand and its memory kept. */
enum { MAP_BYTES = 128 * 1024 };

int main(int argc, char **argv)
{
	(void)mallopt(M_MMAP_THRESHOLD, MAP_BYTES);
	return verbs_main(argc, argv);
}
