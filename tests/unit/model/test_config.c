#include "model/config.h"
#include "base/buf.h"
#include "base/limits.h"
#include "unit/harness.h"

static int instructions(struct op *op)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "/bin/sh -c #(nop)  CMD [\"bash\"]", "CMD [\"bash\"]" },
		{ "/bin/sh -c #(nop) ADD file:1 in / ", "ADD file:1 in /" },
		{ "/bin/sh -c apt-get update", "RUN apt-get update" },
		{ "|1 A=b c /bin/sh -c make", "RUN make" },
		{ "|2 A=1 B=2 make all", "RUN make all" },
		{ "RUN |1 VERSION=2 /bin/sh -c make # buildkit", "RUN make" },
		{ "RUN /bin/sh -c make # buildkit", "RUN make" },
		{ "RUN /bin/bash -c make # buildkit", "RUN /bin/bash -c make" },
		{ "COPY /x /y # buildkit", "COPY /x /y" },
		{ "temper: libc6 2.36-9", "temper: libc6 2.36-9" },
		{ "bazel build ...", "bazel build ..." },
		{ "|", "|" },
		{ "|99999 x", "RUN 99999 x" }, /* no number of arguments */
		/* a file system of no shell, and what Buildah and kaniko write */
		{ "/bin/sh -c #(nop) USER 65532", "USER 65532" },
		{ "RUN apt-get update", "RUN apt-get update" },
		{ "EXPOSE map[80/tcp:{}]", "EXPOSE map[80/tcp:{}]" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		str got;
		TRY(config_instruction(op, exact(str_of(cases[i].text)), &got));
		CHECK_STR(got, str_of(cases[i].want));
	}
	return 0;
}

static int reads(struct op *op)
{
	static const char json[] =
		"{\"created\":\"2026-01-02T03:04:05.678901+01:00\",\"os\":\"linux\",\"config\":{"
		"\"User\":\"www:www\",\"Env\":[\"PATH=/usr/bin\",\"A=b=c\",\"EMPTY\"],"
		"\"Entrypoint\":[\"/app\"],\"Cmd\":null,\"ExposedPorts\":{\"80/tcp\":{},\"22\":{}},"
		"\"Volumes\":{\"/data\":{}},\"OnBuild\":[\"RUN x\"],\"Labels\":{\"k\":\"v\"},"
		"\"Shell\":[\"/bin/bash\",\"-c\"],\"WorkingDir\":\"/w\",\"StopSignal\":\"SIGTERM\","
		"\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"true\"]}},"
		"\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:a\",\"sha256:b\"]},"
		"\"history\":["
		"{\"created_by\":\"ADD rootfs.tar / # "
		"buildkit\",\"created\":\"2026-01-01T00:00:00Z\"},"
		"{\"created_by\":\"USER root\",\"empty_layer\":true,\"comment\":\"c\"},"
		"{\"created_by\":\"RUN /bin/sh -c make # buildkit\"},"
		"{\"created_by\":\"USER www:www\",\"empty_layer\":true}]}";
	static const int layer[] = { 0, -1, 1, -1 };
	struct config c;

	TRY(config_read(op, exact(str_of(json)), NULL, &c));
	CHECK(c.created == 1767319445); /* date -u -d 2026-01-02T02:04:05 +%s */
	CHECK_STR(c.user, S("www:www"));
	CHECK_STR(c.work_dir, S("/w"));
	CHECK_STR(c.stop_signal, S("SIGTERM"));
	CHECK(c.env.n == 3);
	CHECK_STR(c.env.p[1].key, S("A"));
	CHECK_STR(c.env.p[1].value, S("b=c"));
	CHECK_STR(c.env.p[2].value, S(""));
	CHECK(c.entrypoint.n == 1 && c.cmd.n == 0 && c.shell.n == 2 && c.volumes.n == 1);
	CHECK(c.ports.n == 2);
	CHECK_STR(c.ports.p[1], S("22"));
	CHECK_STR(c.onbuild.p[0], S("RUN x"));
	CHECK_STR(c.labels.p[0].value, S("v"));
	CHECK(c.health.n == 2);
	CHECK(c.step_n == 4);
	for (int i = 0; i < 4; i++)
		CHECK(c.step[i].layer == layer[i]);
	CHECK(c.step[0].created == 1767225600 && c.step[1].created == 0);
	CHECK_STR(config_who(&c, "USER", S("")), S("USER www:www"));
	CHECK_STR(config_who(&c, "USER", S("root")), S("USER root"));
	CHECK_STR(config_who(&c, "USE", S("")), S(""));
	return 0;
}

/* More steps with layers than layers: none is known to have made any. */
static int too_many_steps(struct op *op)
{
	struct config c;

	TRY(config_read(
		op,
		exact(S("{\"rootfs\":{\"diff_ids\":[\"x\"]},\"history\":[{\"created_by\":\"a\"},"
			"{\"created_by\":\"b\"}]}")),
		NULL, &c));
	CHECK(c.step_n == 2 && c.step[0].layer == -1 && c.step[1].layer == -1);
	return 0;
}

static int annotations(struct op *op)
{
	struct pair p[] = { { S("other"), S("x") },
			    { S("io.podman.healthcheck"), S("curl -f x") } };
	struct pairs list = { p, 2 };
	struct config c;

	TRY(config_read(op, S("{}"), &list, &c));
	CHECK(c.health.n == 2);
	CHECK_STR(c.health.p[0], S("CMD-SHELL"));
	CHECK_STR(c.health.p[1], S("curl -f x"));
	p[1] = (struct pair){ S("org.opencontainers.image.healthcheck"),
			      S("{\"Test\":[\"CMD\",\"/app\",\"check\"]}") };
	TRY(config_read(op, S(""), &list, &c));
	CHECK(c.health.n == 3);
	CHECK_STR(c.health.p[2], S("check"));
	/* What the configuration says counts first. */
	TRY(config_read(op, S("{\"config\":{\"Healthcheck\":{\"Test\":[\"NONE\"]}}}"), &list, &c));
	CHECK(c.health.n == 1);
	return 0;
}

static int refuses(struct op *op)
{
	static const char *const bad[] = {
		"[]",
		"{",
		"{\"config\":[]}",
		"{\"config\":{\"User\":[]}}",
		"{\"config\":{\"Env\":\"A=b\"}}",
		"{\"config\":{\"Cmd\":[1]}}",
		"{\"config\":{\"Labels\":{\"a\":{}}}}",
		"{\"config\":{\"ExposedPorts\":[]}}",
		/* What an engine written in Go takes for User and config. */
		"{\"config\":{\"User\":\"1\",\"user\":\"0\"}}",
		"{\"config\":{\"U\u017fer\":\"0\"}}",
		"{\"config\":{},\"Config\":{\"User\":\"0\"}}",
		"{\"config\":{\"VOLUME\u017f\":{}}}",
		"{\"config\":{\"wor\u212aingDir\":\"x\"}}",
		"{\"history\":{}}",
		"{\"history\":[1]}",
		"{\"history\":[{\"created_by\":1}]}",
	};
	struct config c;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_FAILS(op, config_read(op, exact(str_of(bad[i])), NULL, &c), ERR_FORMAT, "");
	return 0;
}

static int limits(struct op *op)
{
	struct config c;
	struct buf b;
	str text;

	buf_init(&b, op, 1 << 20);
	buf_add(&b, S("{\"history\":["));
	for (int i = 0; i < LIMIT_CONFIG_ITEMS; i++)
		buf_add(&b, S("{},"));
	buf_add(&b, S("{}]}"));
	TRY(buf_take(&b, &text));
	CHECK_FAILS(op, config_read(op, text, NULL, &c), ERR_LIMIT, "4097 of history");
	return 0;
}

TESTS({ "instructions without a builder's noise", instructions }, { "reads", reads },
      { "steps that are too many", too_many_steps },
      { "health checks of annotations", annotations }, { "refuses", refuses },
      { "limits", limits, .once = true })
