noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES = %D%/body.h %D%/coverage.c %D%/coverage.h %D%/digest.c \
	%D%/digest.h %D%/exchange.c %D%/exchange.h %D%/flaw.c %D%/flaw.h \
	%D%/head.h %D%/url.h

http_libs = libhttp.a $(base_libs) $(LLHTTP_LIBS) $(ZLIB_LIBS) $(OPENSSL_LIBS)
