/*
 * kubernetes: how an image is run under Kubernetes, with the security context that its tests ran
 * under: a numeric user, a read-only root, no capability, no new privileges, the runtime's
 * seccomp profile. A Deployment and a Service where it has ports, a StatefulSet where it keeps
 * data in a volume, a Pod where it has no port. Source: Kubernetes API v1, apps/v1; the Pod
 * Security Standard "restricted".
 */
#ifndef REPORT_KUBERNETES_H
#define REPORT_KUBERNETES_H

#include "base/buf.h"
#include "model/outcome.h"

/* YAML; every text from outside is quoted. Failures stay in the buf. */
void kubernetes_write(struct buf *b, const struct outcome *o);

/* Is what lies below this volume worth keeping, or scratch? */
bool volume_keeps(str path);

/* "/var/lib/x" as a name of a volume: "var-lib-x", at most 63 letters. Failures stay in the buf. */
void volume_name(struct buf *b, str path);

#endif
