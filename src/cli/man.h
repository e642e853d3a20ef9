/*
 * man: manual pages and shell completions out of the table of verbs. The same tables, the same
 * bytes. Source: man(7) as mandoc 1.14 reads it; bash(1) "Programmable Completion"; zshcompsys(1);
 * fish's complete(1).
 */
#ifndef CLI_MAN_H
#define CLI_MAN_H

#include "verbs.h"

/* The page temper-VERB(1), and temper(1) itself. */
void man_verb(struct buf *b, const struct verb *v);
void man_overview(struct buf *b);

void man_bash(struct buf *b);
void man_zsh(struct buf *b);
void man_fish(struct buf *b);

#endif
