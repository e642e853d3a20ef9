/*
 * cvss4_data: the table behind CVSS 4.0's scores. Only cvss4.c reads it.
 */
#ifndef MODEL_CVSS4_DATA_H
#define MODEL_CVSS4_DATA_H

enum { CVSS4_MACROS = 3 * 2 * 3 * 3 * 3 * 2 };

/* In tenths, by ((((eq1 * 2 + eq2) * 3 + eq3) * 3 + eq4) * 3 + eq5) * 2 + eq6; 0: no such vector. */
extern const unsigned char cvss4_scores[CVSS4_MACROS];

#endif
