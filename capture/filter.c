#include "capture/filter.h"

#include <pcap/pcap.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/xalloc.h"
#include "capture/layers.h"
#include "capture/source.h"

/* More than link_first() knows, and no others are compiled for. */
#define MAX_PROGRAMS 16

enum { LINKTYPE_RAW = 101, LINKTYPE_OPENBSD_RAW = 14 };

struct program {
	uint16_t link;
	struct bpf_program code; /* pcap_freecode() */
};

struct filter {
	const char *expression;
	struct program programs[MAX_PROGRAMS];
	size_t count;
};

/* The numbers in files and those of libpcap differ for raw IP only. */
static int
to_dlt(uint16_t link)
{
	if (link == LINKTYPE_RAW || link == LINKTYPE_OPENBSD_RAW)
		return DLT_RAW;
	return link;
}

static int
refuse(const struct filter *f, pcap_t *p, uint16_t link, struct err *err)
{
	const char *name = pcap_datalink_val_to_name(to_dlt(link));

	return err_set(err, ERR_USAGE, "filter \"%s\" on link type %s: %s",
	    f->expression, name != NULL ? name : "unknown", pcap_geterr(p));
}

static int
compile(struct filter *f, uint16_t link, struct err *err)
{
	pcap_t *p = pcap_open_dead(to_dlt(link), SOURCE_MAX_FRAME);
	struct program *program = &f->programs[f->count];
	int rc = 0;

	if (p == NULL)
		xalloc_failed();
	program->link = link;
	if (pcap_compile(p, &program->code, f->expression, 1,
		PCAP_NETMASK_UNKNOWN) == 0)
		f->count++;
	else
		rc = refuse(f, p, link, err);
	pcap_close(p);
	return rc;
}

int
filter_new(struct filter **out, const char *expression, uint16_t link,
    struct err *err)
{
	struct filter *f = xcalloc(1, sizeof(*f));

	f->expression = expression;
	if (link_first(link) == PROTO_END)
		link = DLT_EN10MB;
	if (compile(f, link, err) < 0) {
		filter_free(f);
		return -1;
	}
	*out = f;
	return 0;
}

void
filter_free(struct filter *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->count; i++)
		pcap_freecode(&f->programs[i].code);
	free(f);
}

static const struct program *
find(const struct filter *f, uint16_t link)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->programs[i].link == link)
			return &f->programs[i];
	return NULL;
}

int
filter_matches(struct filter *f, const struct frame *frame, struct err *err)
{
	const struct program *program = find(f, frame->link);
	struct pcap_pkthdr head = {
		.caplen = (bpf_u_int32)frame->bytes.len,
		.len = frame->wire_len,
	};

	if (program == NULL) {
		if (link_first(frame->link) == PROTO_END)
			return 1;
		if (compile(f, frame->link, err) < 0) {
			err->code = ERR_UNSUPPORTED;
			return -1;
		}
		program = &f->programs[f->count - 1];
	}
	return pcap_offline_filter(&program->code, &head, frame->bytes.p) != 0;
}
