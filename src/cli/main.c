#include <malloc.h>

#include "verbs.h"

/*
 * malloc's thresholds, fixed. Buffers of a megabyte come and go with every package: from the heap
 * their pages are warm already, where mapping and unmapping them costs a twentieth of a build.
 */
enum {
	MAP_BYTES = 8 << 20,   /* blocks from this size on are mapped */
	TRIM_BYTES = 64 << 20, /* what may stay free at the heap's end */
};

int main(int argc, char **argv)
{
	(void)mallopt(M_MMAP_THRESHOLD, MAP_BYTES);
	(void)mallopt(M_TRIM_THRESHOLD, TRIM_BYTES);
	return verbs_main(argc, argv);
}
