noinst_LIBRARIES += libcapture.a
libcapture_a_SOURCES = \
	%D%/bytes.h \
	%D%/capture.h \
	%D%/classic.c \
	%D%/classic.h \
	%D%/fragment.c \
	%D%/fragment.h \
	%D%/gzip.c \
	%D%/gzip.h \
	%D%/input.c \
	%D%/input.h \
	%D%/ip.c \
	%D%/layers.h \
	%D%/link.c \
	%D%/packet.c \
	%D%/packet.h \
	%D%/pcapng.c \
	%D%/pcapng.h \
	%D%/reader.c \
	%D%/reader.h \
	%D%/source.c \
	%D%/source.h \
	%D%/tunnel.c

capture_libs = libcapture.a $(http_libs) $(PCAP_LIBS) $(ZLIB_LIBS)
