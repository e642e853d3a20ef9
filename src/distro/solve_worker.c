#include "solve_worker.h"

#include <fcntl.h>
#include <signal.h>
#include <solv/pool.h>
#include <solv/repo.h>
#include <solv/solver.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/limits.h"
#include "base/num.h"
#include "base/vec.h"
#include "sys/confine.h"
#include "sys/file.h"

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER
#endif
#endif

/*
 * The worker's reply: REPLY_CHOSEN or REPLY_PROBLEM, a count, then that many unit indices or facts.
 * libsolv sees a name and a version a unit, one provided word a clause ("c12") and one a unit that
 * has foes ("f3").
 */
enum { REPLY_CHOSEN = 1, REPLY_PROBLEM = 2 };

struct reply {
	int32_t kind, n;
};

/* ---- in the worker: libsolv, which aborts where memory is out ---- */

struct worker {
	const struct solve_logic *w;
	Pool *pool;
	Repo *repo;
	Id first;         /* solvable of unit 0 */
	Id *clause, *foe; /* [clause.n], [unit.n]: ids of the words */
};

static Id word_id(Pool *pool, char kind, ptrdiff_t n)
{
	char word[32];

	(void)snprintf(word, sizeof(word), "%c%td", kind, n);
	return pool_str2id(pool, word, 1);
}

static void *must_calloc(ptrdiff_t n, size_t size)
{
	void *got = calloc((size_t)n + 1, size);

	if (!got)
		_exit(1);
	return got;
}

/* Words that each unit provides, grouped by unit: libsolv wants a list in one go. */
static void add_provides(struct worker *k)
{
	const struct solve_logic *w = k->w;
	Queue *gives = must_calloc(w->unit_n, sizeof(*gives));

	for (ptrdiff_t c = 0; c < w->clause_n; c++) {
		for (ptrdiff_t i = 0; i < w->clause[c].n; i++)
			queue_push(&gives[w->clause[c].p[i]], k->clause[c]);
	}
	for (ptrdiff_t u = 0; u < w->unit_n; u++) {
		for (ptrdiff_t i = 0; i < w->unit[u].foe.n; i++)
			queue_push(&gives[w->unit[u].foe.p[i]], k->foe[u]);
	}
	for (ptrdiff_t u = 0; u < w->unit_n; u++) {
		Solvable *s = pool_id2solvable(k->pool, k->first + (Id)u);
		for (int i = 0; i < gives[u].count; i++)
			s->provides = repo_addid(k->repo, s->provides, gives[u].elements[i]);
	}
}

static void add_unit(struct worker *k, ptrdiff_t unit)
{
	const struct solve_logic_unit *u = &k->w->unit[unit];
	Solvable *s = pool_id2solvable(k->pool, k->first + (Id)unit);

	s->name = pool_strn2id(k->pool, u->name.p, (unsigned)u->name.len, 1);
	s->evr = pool_strn2id(k->pool, u->version.p, (unsigned)u->version.len, 1);
	s->arch = ARCH_ALL;
	for (ptrdiff_t i = 0; i < u->need.n; i++)
	s->requires = repo_addid(k->repo, s->requires, k->clause[u->need.p[i]]);
	if (u->foe.n > 0)
		s->conflicts = repo_addid(k->repo, s->conflicts, k->foe[unit]);
}

static void fill_pool(struct worker *k)
{
	const struct solve_logic *w = k->w;

	k->pool = pool_create();
	if (pool_setdisttype(k->pool, DISTTYPE_DEB) < 0)
		_exit(1);
	k->repo = repo_create(k->pool, "index");
	k->clause = must_calloc(w->clause_n, sizeof(*k->clause));
	k->foe = must_calloc(w->unit_n, sizeof(*k->foe));
	for (ptrdiff_t c = 0; c < w->clause_n; c++)
		k->clause[c] = word_id(k->pool, 'c', c);
	for (ptrdiff_t u = 0; u < w->unit_n; u++)
		k->foe[u] = w->unit[u].foe.n ? word_id(k->pool, 'f', u) : 0;
	k->first = repo_add_solvable_block(k->repo, (int)w->unit_n);
	for (ptrdiff_t u = 0; u < w->unit_n; u++)
		add_unit(k, u);
	add_provides(k);
	pool_createwhatprovides(k->pool);
}

static void fill_job(const struct worker *k, Queue *job)
{
	for (ptrdiff_t i = 0; i < k->w->wish.n; i++)
		queue_push2(job, SOLVER_INSTALL | SOLVER_SOLVABLE_PROVIDES,
			    k->clause[k->w->wish.p[i]]);
	for (ptrdiff_t u = 0; u < k->w->unit_n; u++) {
		if (!k->w->unit[u].favoured)
			continue;
		queue_push2(job, SOLVER_FAVOR | SOLVER_SOLVABLE, k->first + (Id)u);
		if (k->w->keen)
			queue_push2(job, SOLVER_INSTALL | SOLVER_WEAK | SOLVER_SOLVABLE,
				    k->first + (Id)u);
	}
}

static void send(FILE *to, const void *bytes, size_t size, size_t n)
{
	if (fwrite(bytes, size, n, to) != n)
		_exit(1);
}

static void send_chosen(const struct worker *k, Solver *solv, FILE *to)
{
	Queue decided;
	VEC(int32_t) unit = { 0 };

	queue_init(&decided);
	solver_get_decisionqueue(solv, &decided);
	unit.p = must_calloc(decided.count, sizeof(*unit.p));
	for (int i = 0; i < decided.count; i++) {
		Id p = decided.elements[i] - k->first;
		if (decided.elements[i] >= k->first && p < k->w->unit_n)
			unit.p[unit.n++] = p;
	}
	struct reply head = { REPLY_CHOSEN, (int32_t)unit.n };
	send(to, &head, sizeof(head), 1);
	send(to, unit.p, sizeof(*unit.p), (size_t)unit.n);
}

static int32_t clause_number(const struct worker *k, Id dep)
{
	uint64_t n;
	str word = dep ? str_of(pool_id2str(k->pool, dep)) : S("");

	return str_starts(word, S("c")) && num_parse(str_from(word, 1), INT32_MAX, &n) ? (int32_t)n
										       : -1;
}

static bool read_rule(const struct worker *k, Solver *solv, Id rule, struct solve_fact *ret)
{
	Id from, to, dep;
	SolverRuleinfo type = solver_ruleinfo(solv, rule, &from, &to, &dep);

	*ret = (struct solve_fact){ -1, from ? from - k->first : -1, to ? to - k->first : -1,
				    clause_number(k, dep) };
	if (type == SOLVER_RULE_PKG_REQUIRES || type == SOLVER_RULE_PKG_NOTHING_PROVIDES_DEP) {
		ret->kind = type == SOLVER_RULE_PKG_REQUIRES ? FACT_NEEDS : FACT_NOTHING;
		ret->to = -1;
		return ret->clause >= 0;
	}
	if (type == SOLVER_RULE_PKG_CONFLICTS || type == SOLVER_RULE_PKG_SAME_NAME) {
		ret->kind = type == SOLVER_RULE_PKG_CONFLICTS ? FACT_EXCLUDES : FACT_ONE_OF;
		ret->clause = -1;
		return from && to;
	}
	if ((type & SOLVER_RULE_TYPEMASK) == SOLVER_RULE_JOB) {
		*ret = (struct solve_fact){ FACT_WISH, -1, -1, ret->clause };
		return ret->clause >= 0;
	}
	return false;
}

static void send_problem(const struct worker *k, Solver *solv, FILE *to)
{
	Queue rules;
	VEC(struct solve_fact) fact = { 0 };

	queue_init(&rules);
	solver_findallproblemrules(solv, 1, &rules);
	fact.p = must_calloc(rules.count, sizeof(*fact.p));
	for (int i = 0; i < rules.count; i++)
		fact.n += read_rule(k, solv, rules.elements[i], &fact.p[fact.n]);
	struct reply head = { REPLY_PROBLEM, (int32_t)fact.n };
	send(to, &head, sizeof(head), 1);
	send(to, fact.p, sizeof(*fact.p), (size_t)fact.n);
}

/* The pipe is all that it needs. */
static void confine_worker(void)
{
	const struct confine_spec nothing = { 0 };
	AUTO_CONFINE_RULES rules = { -1 };
	AUTO_OP op;
	struct rlimit seconds = { LIMIT_SOLVER_SECONDS, LIMIT_SOLVER_SECONDS }, none = { 0, 0 };
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || setrlimit(RLIMIT_CPU, &seconds) < 0 ||
	    setrlimit(RLIMIT_CORE, &none) < 0 || null < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(1);
#ifndef ADDRESS_SANITIZER /* whose shadow takes terabytes of address space */
	struct rlimit memory = { LIMIT_SOLVER_MEMORY, LIMIT_SOLVER_MEMORY };
	if (setrlimit(RLIMIT_AS, &memory) < 0)
		_exit(1);
#endif
	op_init(&op, 0);
	if (confine_rules_make(&op, &nothing, &rules) < 0 || confine_thread(&op, &rules) < 0)
		_exit(1);
}

_Noreturn static void work(const struct solve_logic *w, int fd)
{
	struct worker k = { .w = w };
	Queue job;
	FILE *to = fdopen(fd, "wb");

	confine_worker();
	if (!to)
		_exit(1);
	fill_pool(&k);
	queue_init(&job);
	fill_job(&k, &job);
	Solver *solv = solver_create(k.pool);
	solver_set_flag(solv, SOLVER_FLAG_IGNORE_RECOMMENDED, 1);
	if (solver_solve(solv, &job) == 0)
		send_chosen(&k, solv, to);
	else
		send_problem(&k, solv, to);
	_exit(fflush(to) == 0 ? 0 : 1);
}

/* ---- in temper ---- */

static int run_worker(struct op *op, const struct solve_logic *w, str *ret)
{
	int ends[2], status;
	size_t max = sizeof(struct reply) +
		     (size_t)(w->unit_n + w->clause_n) * 64 * sizeof(struct solve_fact);

	if (pipe2(ends, O_CLOEXEC) < 0)
		return op_fail_errno(op, "cannot make a pipe");
	AUTO_FD from = ends[0], to = ends[1];
	pid_t pid = fork();
	if (pid < 0)
		return op_fail_errno(op, "cannot start the solver");
	if (pid == 0)
		work(w, to);
	fd_close(&to);
	int rc = file_read_fd(op, from, S("the solver"), max, ret);
	fd_close(&from);
	if (rc < 0)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return op_fail_errno(op, "cannot wait for the solver");
	}
	if (rc < 0)
		return rc;
	if (WIFSIGNALED(status))
		return op_fail(op, ERR_IO, "the solver died of signal %d (%s)", WTERMSIG(status),
			       WTERMSIG(status) == SIGABRT ? "out of memory"
							   : strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) != 0)
		return op_fail(op, ERR_IO, "the solver failed with status %d", WEXITSTATUS(status));
	return 0;
}

static int bad_reply(struct op *op)
{
	return op_fail(op, ERR_IO, "the solver's reply makes no sense");
}

static int read_chosen(struct op *op, const struct solve_logic *w, str body, bool *ret)
{
	memset(ret, 0, (size_t)w->unit_n * sizeof(*ret));
	while (body.len > 0) {
		int32_t unit;
		memcpy(&unit, body.p, sizeof(unit));
		body = str_from(body, sizeof(unit));
		if (unit < 0 || unit >= w->unit_n)
			return bad_reply(op);
		ret[unit] = true;
	}
	return 0;
}

static bool fact_valid(const struct solve_logic *w, const struct solve_fact *f)
{
	bool from = f->from >= 0 && f->from < w->unit_n, to = f->to >= 0 && f->to < w->unit_n;
	bool clause = f->clause >= 0 && f->clause < w->clause_n;

	switch ((enum solve_fact_kind)f->kind) {
	case FACT_WISH:
		return clause;
	case FACT_NEEDS:
	case FACT_NOTHING:
		return from && clause;
	case FACT_EXCLUDES:
	case FACT_ONE_OF:
		return from && to;
	}
	return false;
}

static int read_facts(struct op *op, const struct solve_logic *w, str body, struct solve_fact **ret,
		      ptrdiff_t *ret_n)
{
	ptrdiff_t n = body.len / (ptrdiff_t)sizeof(struct solve_fact);
	struct solve_fact *fact = op_new(op, struct solve_fact, n);

	if (!fact)
		return op->code;
	if (n == 0)
		return bad_reply(op);
	memcpy(fact, body.p, (size_t)body.len);
	for (ptrdiff_t i = 0; i < n; i++) {
		if (!fact_valid(w, &fact[i]))
			return bad_reply(op);
	}
	*ret = fact;
	*ret_n = n;
	return 1;
}

int solve_worker(struct op *op, const struct solve_logic *logic, bool *ret_chosen,
		 struct solve_fact **ret, ptrdiff_t *ret_n)
{
	struct reply head;
	str reply;
	int rc = run_worker(op, logic, &reply);

	if (rc < 0)
		return rc;
	if (reply.len < (ptrdiff_t)sizeof(head))
		return bad_reply(op);
	memcpy(&head, reply.p, sizeof(head));
	reply = str_from(reply, sizeof(head));
	ptrdiff_t size = head.kind == REPLY_CHOSEN ? sizeof(int32_t) : sizeof(struct solve_fact);
	if ((head.kind != REPLY_CHOSEN && head.kind != REPLY_PROBLEM) || head.n < 0 ||
	    reply.len != head.n * size)
		return bad_reply(op);
	if (head.kind == REPLY_CHOSEN)
		return read_chosen(op, logic, reply, ret_chosen);
	return read_facts(op, logic, reply, ret, ret_n);
}
