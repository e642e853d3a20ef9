/*
 * challenge: what a server that answers 401 asks for. Source: RFC 9110, 11.6.1 (WWW-Authenticate);
 * RFC 6750, 3 (Bearer); RFC 7617 (Basic); distribution's token authentication.
 */
#ifndef NET_CHALLENGE_H
#define NET_CHALLENGE_H

#include "base/op.h"

struct challenge {
	bool basic, bearer;        /* schemes that it takes; others are passed over */
	str realm, service, scope; /* of the first Bearer */
	str error;
};

/*
 * challenge_parse(op, text, ret): all WWW-Authenticate fields of an answer, joined by commas.
 * ERR_FORMAT for what is none, and for a parameter that a Bearer has twice. Views alias text or
 * live in op.
 */
int challenge_parse(struct op *op, str text, struct challenge *ret) MUST_USE;

#endif
