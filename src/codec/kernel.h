/*
 * kernel: which Linux kernel an image of one is, and what its modules say of themselves.
 * Sources: Linux, Documentation/arch/x86/boot.rst (setup header),
 * Documentation/arch/arm64/booting.rst, include/linux/moduleparam.h and module.h (.modinfo).
 */
#ifndef CODEC_KERNEL_H
#define CODEC_KERNEL_H

#include "at.h"
#include "node.h"

/*
 * kernel_image(op, a, ret, ret_arch): what it calls itself, from its release on: "6.1.0-18-amd64
 * (debian-kernel@lists.debian.org) #1 SMP Debian 6.1.76-1", in op, and for what machine ("x86_64",
 * "aarch64"; or
 * ""). 1: no kernel. Of x86 the setup header tells; of others the banner in it is looked for,
 * unpacked if need be: O(bytes).
 */
int kernel_image(struct op *op, const struct at *a, str *ret, const char **ret_arch) MUST_USE;

/* The release at the front of that: "6.1.0-18-amd64". */
str kernel_release(str banner);

/* kernel_module(op, a, ret): the fields of .modinfo in the order they stand there, views into op or
 * a. 1: no module. The file is unpacked already. */
int kernel_module(struct op *op, const struct at *a, struct pairs *ret) MUST_USE;

#endif
