#include "tests/lib/flow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"

#define MAX_FILE    ((size_t)4 << 20)
#define MAX_BYTES   ((size_t)64 << 20) /* of one run */
#define MAX_SECONDS 1000000

/* One run of lines of one side becomes one event when it ends. */
struct reader {
	struct flow *flow;
	const char *name;
	unsigned line;
	struct buf run;
	enum flow_side side;
	size_t connection;
	int64_t at; /* of the next event */
	struct err *err;
};

static int
bad_line(struct reader *r, const char *what)
{
	return err_set(r->err, ERR_FORMAT, "%s:%u: %s", r->name, r->line, what);
}

static struct flow_event *
add_event(struct reader *r, enum flow_kind kind, enum flow_side side)
{
	struct flow *f = r->flow;
	struct flow_event *e;

	f->events = xrealloc(f->events, (f->event_count + 1) * sizeof(*e));
	e = &f->events[f->event_count++];
	*e = (struct flow_event){ .kind = kind,
		.side = side,
		.connection = r->connection,
		.at = r->at };
	r->at = 0;
	return e;
}

/* The connection that the next line belongs to; a file may name none. */
static struct flow_connection *
connection(struct reader *r)
{
	struct flow *f = r->flow;

	if (f->connection_count == 0)
		f->connections[f->connection_count++] =
		    (struct flow_connection){ .name = span_of_str("1"),
			    .seen = { true, true } };
	return &f->connections[r->connection];
}

static void
end_run(struct reader *r)
{
	struct flow_event *e;

	if (r->run.len == 0)
		return;
	e = add_event(r, FLOW_DATA, r->side);
	e->bytes = arena_copy(&r->flow->arena, buf_span(&r->run));
	buf_reset(&r->run);
}

static int
add_bytes(struct reader *r, enum flow_side side, struct span bytes)
{
	connection(r);
	if (side != r->side)
		end_run(r);
	r->side = side;
	if (buf_add(&r->run, bytes, r->err) < 0)
		return bad_line(r, "too many bytes in one go");
	return 0;
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decode the escape that *text begins with, behind its backslash. */
static int
unescape_one(struct reader *r, struct span *text, uint8_t *out)
{
	static const char from[] = "rnt0\\", to[] = "\r\n\t\0\\";
	uint8_t c = text->len == 0 ? 0 : text->p[0];
	const char *at = c == 0 ? NULL : strchr(from, c);

	if (at != NULL) {
		*out = (uint8_t)to[at - from];
		*text = span_sub(*text, 1, text->len);
		return 0;
	}
	if (c != 'x' || text->len < 3 || hex_digit(text->p[1]) < 0 ||
	    hex_digit(text->p[2]) < 0)
		return bad_line(r,
		    "an escape is \\r \\n \\t \\0 \\\\ or \\xHH");
	*out = (uint8_t)(hex_digit(text->p[1]) * 16 + hex_digit(text->p[2]));
	*text = span_sub(*text, 3, text->len);
	return 0;
}

/* Decode text; the answer lives as long as the flow. */
static int
unescape(struct reader *r, struct span text, struct span *out)
{
	uint8_t *p = arena_alloc(&r->flow->arena, text.len + 1);
	size_t n = 0;

	*out = (struct span){ p, 0 };
	while (text.len > 0) {
		uint8_t c = text.p[0];

		text = span_sub(text, 1, text.len);
		if (c == '\\' && unescape_one(r, &text, &c) < 0)
			return -1;
		p[n++] = c;
	}
	out->len = n;
	return 0;
}

/* "> text", "< text", ">| text" and "<| text". */
static int
parse_bytes(struct reader *r, struct span line)
{
	enum flow_side side = line.p[0] == '>' ? FLOW_CLIENT : FLOW_SERVER;
	bool literal = line.len > 1 && line.p[1] == '|';
	struct span text = span_sub(line, literal ? 2 : 1, line.len);

	if (text.len > 0 && text.p[0] != ' ')
		return bad_line(r, "a space must follow the mark");
	text = span_sub(text, 1, text.len);
	if (literal)
		return unescape(r, text, &text) < 0 ? -1
						    : add_bytes(r, side, text);
	if (add_bytes(r, side, text) < 0)
		return -1;
	return add_bytes(r, side, span_of_str("\r\n"));
}

/* Take the next word off *args. */
static struct span
word(struct span *args)
{
	struct span w = span_cut(args, ' ');

	if (args->p == NULL)
		*args = (struct span){ w.p + w.len, 0 };
	return w;
}

static int
parse_side(struct reader *r, struct span *args, enum flow_side *side)
{
	struct span w = word(args);

	if (!span_eq_str(w, ">") && !span_eq_str(w, "<"))
		return bad_line(r, "the side must be > or <");
	*side = w.p[0] == '>' ? FLOW_CLIENT : FLOW_SERVER;
	return 0;
}

static int
parse_count(struct reader *r, struct span *args, size_t *n)
{
	struct span w = word(args);

	*n = 0;
	for (size_t i = 0; i < w.len; i++) {
		if (w.p[i] < '0' || w.p[i] > '9' || *n > MAX_BYTES)
			return bad_line(r, "that is not a count of bytes");
		*n = *n * 10 + (w.p[i] - '0');
	}
	if (w.len == 0 || *n > MAX_BYTES)
		return bad_line(r, "a count of bytes is missing or too large");
	return 0;
}

static int
parse_absent(struct reader *r, struct span args, enum flow_kind kind)
{
	enum flow_side side;
	size_t len;

	if (parse_side(r, &args, &side) < 0 || parse_count(r, &args, &len) < 0)
		return -1;
	end_run(r);
	connection(r);
	add_event(r, kind, side)->len = len;
	return args.len == 0 ? 0 : bad_line(r, "words after the count");
}

static int
parse_gap(struct reader *r, struct span args)
{
	return parse_absent(r, args, FLOW_GAP);
}

static int
parse_snap(struct reader *r, struct span args)
{
	return parse_absent(r, args, FLOW_SNAP);
}

static int
parse_repeat(struct reader *r, struct span args)
{
	enum flow_side side;
	size_t n;
	struct span text;

	if (parse_side(r, &args, &side) < 0 || parse_count(r, &args, &n) < 0 ||
	    unescape(r, args, &text) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (add_bytes(r, side, text) < 0)
			return -1;
	}
	return 0;
}

static int
parse_conflict(struct reader *r, struct span args)
{
	enum flow_side side;
	struct flow_event *e;
	struct span text;
	size_t at;

	if (parse_side(r, &args, &side) < 0 || parse_count(r, &args, &at) < 0 ||
	    unescape(r, args, &text) < 0)
		return -1;
	if (side != r->side || at == 0 || at > r->run.len ||
	    text.len > r->run.len - at)
		return bad_line(r, "no such bytes were just sent");
	end_run(r);
	e = &r->flow->events[r->flow->event_count - 1];
	e->conflict = text;
	e->conflict_at = at;
	return 0;
}

static int
parse_swap(struct reader *r, struct span args)
{
	struct flow_event *e;

	end_run(r);
	if (args.len > 0 || r->flow->event_count < 2)
		return bad_line(r, "@swap stands alone, after two runs");
	e = &r->flow->events[r->flow->event_count - 1];
	if (e[0].connection != e[-1].connection || e[-1].swapped ||
	    e[0].kind != FLOW_DATA || e[-1].kind != FLOW_DATA)
		return bad_line(r, "@swap needs two runs of one connection");
	e->swapped = true;
	return 0;
}

static int
parse_end(struct reader *r, struct span args, enum flow_kind kind)
{
	enum flow_side side;

	end_run(r);
	connection(r);
	if (args.len > 0) {
		if (parse_side(r, &args, &side) < 0)
			return -1;
		add_event(r, kind, side);
		return args.len == 0 ? 0 : bad_line(r, "words after the side");
	}
	if (kind == FLOW_CLOSE)
		add_event(r, kind, FLOW_CLIENT);
	add_event(r, kind, FLOW_SERVER);
	return 0;
}

static int
parse_close(struct reader *r, struct span args)
{
	return parse_end(r, args, FLOW_CLOSE);
}

static int
parse_reset(struct reader *r, struct span args)
{
	return parse_end(r, args, FLOW_RESET);
}

/* "1.5s", "20ms" or "3us". */
static int
parse_at(struct reader *r, struct span args)
{
	char *text = arena_string(&r->flow->arena, args), *unit;
	double n;

	end_run(r);
	errno = 0;
	n = strtod(text, &unit);
	if (unit == text || errno != 0 || !(n >= 0 && n <= MAX_SECONDS))
		return bad_line(r, "that is not a time");
	if (strcmp(unit, "s") == 0)
		n *= 1e9;
	else if (strcmp(unit, "ms") == 0)
		n *= 1e6;
	else if (strcmp(unit, "us") == 0)
		n *= 1e3;
	else
		return bad_line(r, "a time ends in s, ms or us");
	r->at = (int64_t)n;
	return 0;
}

static size_t
find_connection(const struct flow *f, struct span name)
{
	size_t i = 0;

	while (
	    i < f->connection_count && !span_eq(f->connections[i].name, name))
		i++;
	return i;
}

/* "@connection NAME" and, the first time, "@connection NAME as OTHER". */
static int
parse_connection(struct reader *r, struct span args)
{
	struct flow *f = r->flow;
	struct span name = word(&args);
	size_t i = find_connection(f, name), ports = i;

	end_run(r);
	if (name.len == 0)
		return bad_line(r, "the connection has no name");
	if (args.len > 0) {
		if (!span_eq_str(word(&args), "as") || i < f->connection_count)
			return bad_line(r, "use: @connection NEW as OLD");
		ports = find_connection(f, args);
		if (ports == f->connection_count)
			return bad_line(r, "no connection of that name");
		ports = f->connections[ports].ports;
	}
	if (i == FLOW_MAX_CONNECTIONS)
		return bad_line(r, "too many connections");
	if (i == f->connection_count)
		f->connections[f->connection_count++] =
		    (struct flow_connection){
			    .name = arena_copy(&f->arena, name),
			    .ports = ports,
			    .seen = { true, true },
		    };
	r->connection = i;
	return 0;
}

static int
parse_midstream(struct reader *r, struct span args)
{
	connection(r)->midstream = true;
	return args.len == 0 ? 0 : bad_line(r, "@midstream stands alone");
}

static int
parse_fast_open(struct reader *r, struct span args)
{
	connection(r)->fast_open = true;
	return args.len == 0 ? 0 : bad_line(r, "@fast-open stands alone");
}

static int
parse_open(struct reader *r, struct span args)
{
	connection(r)->open = true;
	return args.len == 0 ? 0 : bad_line(r, "@open stands alone");
}

static int
parse_only(struct reader *r, struct span args)
{
	enum flow_side side;

	if (parse_side(r, &args, &side) < 0)
		return -1;
	connection(r)->seen[side == FLOW_CLIENT ? FLOW_SERVER : FLOW_CLIENT] =
	    false;
	return args.len == 0 ? 0 : bad_line(r, "words after the side");
}

static int
parse_uncut(struct reader *r, struct span args)
{
	r->flow->uncut = true;
	return args.len == 0 ? 0 : bad_line(r, "@uncut stands alone");
}

static const struct directive {
	const char *name;
	int (*parse)(struct reader *r, struct span args);
} directives[] = {
	{ "@at", parse_at },
	{ "@close", parse_close },
	{ "@conflict", parse_conflict },
	{ "@connection", parse_connection },
	{ "@fast-open", parse_fast_open },
	{ "@gap", parse_gap },
	{ "@midstream", parse_midstream },
	{ "@only", parse_only },
	{ "@open", parse_open },
	{ "@repeat", parse_repeat },
	{ "@reset", parse_reset },
	{ "@snap", parse_snap },
	{ "@swap", parse_swap },
	{ "@uncut", parse_uncut },
};

static int
parse_directive(struct reader *r, struct span line)
{
	struct span name = word(&line);

	for (size_t i = 0; i < ARRAY_LEN(directives); i++) {
		if (span_eq_str(name, directives[i].name))
			return directives[i].parse(r, line);
	}
	return bad_line(r, "no such directive");
}

static int
parse_line(struct reader *r, struct span line)
{
	if (line.len == 0 || line.p[0] == '#')
		return 0;
	if (line.p[0] == '>' || line.p[0] == '<')
		return parse_bytes(r, line);
	if (line.p[0] == '@')
		return parse_directive(r, line);
	return bad_line(r, "a line begins with >, <, @ or #");
}

int
flow_parse(struct flow *f, const char *name, struct span text, struct err *err)
{
	struct reader r = { .flow = f,
		.name = name,
		.run = BUF_INIT(MAX_BYTES),
		.err = err };
	int rc = 0;

	while (rc == 0 && text.p != NULL) {
		r.line++;
		rc = parse_line(&r, span_cut(&text, '\n'));
	}
	end_run(&r);
	buf_release(&r.run);
	return rc;
}

int
flow_read(struct flow *f, const char *path, struct err *err)
{
	FILE *in = fopen(path, "rb");
	char *text;
	size_t len;
	int rc;

	if (in == NULL)
		return err_sys(err, "%s", path);
	text = xmalloc(MAX_FILE);
	len = fread(text, 1, MAX_FILE, in);
	if (ferror(in))
		rc = err_sys(err, "%s", path);
	else if (len == MAX_FILE)
		rc = err_set(err, ERR_LIMIT, "%s: too long", path);
	else
		rc = flow_parse(f, path,
		    (struct span){ (const uint8_t *)text, len }, err);
	free(text);
	fclose(in);
	return rc;
}

void
flow_release(struct flow *f)
{
	arena_release(&f->arena);
	free(f->events);
	*f = FLOW_INIT;
}
