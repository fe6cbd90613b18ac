#include "base/err.h"
#include "deletion/glob.h"
#include "deletion/json.h"
#include "deletion/subject.h"
#include "deletion/xml.h"
#include "http/body.h"

bool
subject_type_has(const struct head *head, const char *word)
{
	struct span type = head_field(head, "Content-Type");
	struct span wanted = span_of_str(word);

	for (size_t i = 0; i + wanted.len <= type.len; i++)
		if ((type.p[i] | 0x20) == wanted.p[0] &&
		    span_eq_nocase(span_sub(type, i, wanted.len), wanted))
			return true;
	return false;
}

bool
subject_may_have_body(const struct head *head)
{
	struct span length = head_field(head, "Content-Length");

	if (head_field(head, "Transfer-Encoding").p != NULL)
		return true;
	return length.p != NULL && !span_eq_str(length, "0");
}

static uint8_t
first_letter(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (strchr(" \t\r\n", text.p[i]) == NULL || text.p[i] == 0)
			return text.p[i];
	return 0;
}

enum syntax {
	SYNTAX_OPAQUE,
	SYNTAX_FORM,
	SYNTAX_JSON,
	SYNTAX_NDJSON,
	SYNTAX_XML,
};

/* The content type decides; without one, or with one that says nothing,
 * the first letter does. */
static enum syntax
syntax_of(const struct head *head, struct span text)
{
	uint8_t first = first_letter(text);

	if (subject_type_has(head, "ndjson"))
		return SYNTAX_NDJSON;
	if (subject_type_has(head, "json"))
		return SYNTAX_JSON;
	if (subject_type_has(head, "html"))
		return SYNTAX_OPAQUE;
	if (subject_type_has(head, "xml"))
		return SYNTAX_XML;
	if (first == '{' || first == '[')
		return SYNTAX_JSON;
	if (first == '<')
		return SYNTAX_XML;
	if (subject_type_has(head, "form-urlencoded"))
		return SYNTAX_FORM;
	return SYNTAX_OPAQUE;
}

/* Lines of JSON as one array. */
static int
read_lines(struct tree **out, struct span text, struct arena *arena,
    struct err *err)
{
	struct tree *all = arena_alloc(arena, sizeof(*all));
	size_t n = 0;

	all->kind = TREE_ARRAY;
	while (text.p != NULL) {
		struct span line = span_trim(span_cut(&text, '\n'));
		struct tree *t;

		if (line.len == 0)
			continue;
		if (n++ == TREE_MAX_NODES)
			return err_set(err, ERR_LIMIT, "too many lines");
		if (json_read(&t, line, arena, err) < 0)
			return -1;
		tree_add(all, t);
	}
	*out = all;
	return 0;
}

static void
parse_body(struct body *b, const struct head *head, struct span text,
    struct arena *arena)
{
	enum syntax syntax = syntax_of(head, text);
	struct err err;
	int rc = 0;

	b->text = text;
	if (syntax == SYNTAX_JSON)
		rc = json_read(&b->root, text, arena, &err);
	else if (syntax == SYNTAX_NDJSON)
		rc = read_lines(&b->root, text, arena, &err);
	else if (syntax == SYNTAX_XML)
		rc = xml_read(&b->root, text, arena, &err);
	if (rc < 0)
		b->state = BODY_BROKEN;
	else if (syntax == SYNTAX_JSON || syntax == SYNTAX_NDJSON)
		b->state = BODY_JSON;
	else if (syntax == SYNTAX_XML)
		b->state = BODY_XML;
	else
		b->state = syntax == SYNTAX_FORM ? BODY_FORM : BODY_OPAQUE;
}

static void
read_body(struct body *b, const struct message *m, struct arena *arena)
{
	struct span text;
	struct err err;

	if (!m->complete || m->hole_count > 0 ||
	    (m->body.p == NULL && m->wire_len > 0)) {
		b->state = BODY_MISSING;
	} else if (m->wire_len == 0 || m->body.len == 0) {
		b->state = BODY_NONE;
	} else if (body_decoded(m, SUBJECT_BODY_LIMIT, arena, &text, &err) <
	    0) {
		b->state = BODY_BROKEN;
	} else if (text.len == 0) {
		b->state = BODY_NONE;
	} else {
		parse_body(b, &m->parsed, text, arena);
	}
}

const struct body *
subject_body(struct subject *s)
{
	if (s->body.state != BODY_UNREAD)
		return &s->body;
	if (s->message != NULL)
		read_body(&s->body, s->message, s->arena);
	else
		s->body.state = subject_may_have_body(s->request) ? BODY_UNKNOWN
								  : BODY_NONE;
	return &s->body;
}

const struct body *
subject_answer(struct subject *s)
{
	if (s->answer.state != BODY_UNREAD)
		return &s->answer;
	if (s->response != NULL)
		read_body(&s->answer, s->response, s->arena);
	else
		s->answer.state = BODY_MISSING;
	return &s->answer;
}
