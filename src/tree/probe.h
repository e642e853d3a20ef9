/*
 * probe: what a file is by its own bytes, told while it passes: its first bytes, and of a program
 * the names of its sections, which stand near its end.
 */
#ifndef TREE_PROBE_H
#define TREE_PROBE_H

#include "codec/at.h"

enum {
	PROBE_ELF = 1 << 0,
	PROBE_PE = 1 << 1,
	PROBE_MACHO = 1 << 2,
	PROBE_SCRIPT = 1 << 3, /* begins with "#!" */
	PROBE_EXECUTABLE =
		1
		<< 4, /* ELF that is started: ET_EXEC, or ET_DYN with an interpreter or PIE flag */
	PROBE_LIBRARY = 1 << 5, /* ELF that is loaded: another ET_DYN */
	PROBE_MODULE = 1 << 6,  /* ELF of the kernel: ET_REL with .modinfo */
	PROBE_GO = 1 << 7,      /* section .go.buildinfo, or laid out as Go's linker does */
	PROBE_RUST = 1 << 8,    /* section .dep-v0: cargo-auditable */
	PROBE_NOTE = 1 << 9,    /* section .note.package */
	PROBE_GRAAL = 1 << 10,  /* section .svm_heap: a GraalVM native image */
	PROBE_BARE =
		1 << 11, /* ELF whose sections' names could not be found: may be any of these */
	PROBE_OBJECT = 1 << 12, /* another ELF: relocatable objects, core files */
};

enum {
	PROBE_HEAD = 512, /* first bytes that probe_head() wants, fewer of a shorter file */
	PROBE_TAIL_MAX = 64 << 10, /* bytes at the end that it may ask for */
};

/*
 * probe_head(head, size, ret_tail): the bits that the first bytes tell of a file of `size` bytes.
 * *ret_tail > 0: the bits are not all known until probe_tail() has seen its last *ret_tail bytes.
 */
uint32_t probe_head(str head, uint64_t size, uint32_t *ret_tail);

/* The bits, completed by the last bytes of the file. */
uint32_t probe_tail(uint32_t bits, str head, uint64_t size, str tail);

#endif
