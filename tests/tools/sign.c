/*
 * sign FILE: the request of a file of tests/signatures, signed by obit.
 */
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "tests/lib/vector.h"

int
main(int argc, char **argv)
{
	struct buf out = BUF_INIT(1 << 20);
	struct err err = { 0 };
	struct vector v;
	int rc;

	if (argc != 2)
		return 2;
	vector_load(&v, argv[1]);
	rc = signer_sign(&v.signer, &v.request, v.time, &err);
	if (rc == 0)
		rc = request_render(&v.request, REQUEST_WIRE, &out, &err);
	if (rc == 0)
		fwrite(out.p, 1, out.len, stdout);
	else
		fprintf(stderr, "sign: %s\n", err.text);
	buf_release(&out);
	vector_release(&v);
	return rc != 0;
}
