#!/usr/bin/env python3
"""Verify the signature of a request as its server would, from the vendors'
documents alone; nothing here knows how obit signs.

    signature.py SCHEME SECRET [TOKEN] <request     SCHEME: huawei, huawei-v11,
                                                    volcengine, aws

Exit status 0 if the signature is the one that SECRET makes, else 1.

 - Huawei Cloud, "API Request Signing Guide", algorithm
 - huaweicloud-sdk-core 3.1.211 for what is in no document of Huawei's
 - Volcengine, docs/6369/67269, "signature mechanism"
 - AWS General Reference, "Signature Version 4"; S3 API Reference,
   "Authenticating Requests (AWS Signature Version 4)"
"""
import hashlib
import hmac
import re
import sys
from urllib.parse import quote, unquote_plus, unquote


def sha(data):
    return hashlib.sha256(data).hexdigest()


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def escape(text):
    return quote(text, safe="-_.~")


class Request:
    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("utf-8").split("\r\n")
        self.method, target, _ = lines[0].split(" ")
        self.path, _, query = target.partition("?")
        pairs = [p.partition("=") for p in query.split("&") if p]
        self.query = [(unquote_plus(k), unquote_plus(v)) for k, _, v in pairs]
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers.setdefault(name.lower(), []).append(value.strip(" \t"))

    def field(self, name):
        for key, value in self.query:
            if key == name:
                return value
        return None

    def header(self, name):
        return ",".join(self.headers.get(name, [])) or None


def canonical(request, path, query, names, body_hash, squeeze):
    lines = ""
    for name in names:
        values = request.headers[name]
        if squeeze:
            values = [re.sub(r"[ \t]+", " ", v) for v in values]
        lines += "%s:%s\n" % (name, ",".join(values))
    pairs = sorted((escape(k), escape(v)) for k, v in query)
    return "\n".join([
        request.method, path, "&".join("%s=%s" % p for p in pairs),
        lines or "\n", ";".join(names), body_hash])


def parameters(authorization, algorithm):
    word, _, rest = authorization.partition(" ")
    assert word == algorithm, "algorithm %s" % word
    return dict(p.strip().split("=", 1) for p in rest.split(","))


def once(path):
    return "/".join(escape(unquote(s)) for s in path.split("/"))


def body_hash_of(request, name):
    """The hash of the body, and what the header that repeats it must say."""
    actual = sha(request.body)
    said = request.header(name)
    if said == "UNSIGNED-PAYLOAD":
        return said
    assert said is None or said == actual, "%s is %s" % (name, said)
    return actual


def huawei(request, secret):
    p = parameters(request.header("authorization"), "SDK-HMAC-SHA256")
    path = once(request.path)
    if not path.endswith("/"):
        path += "/"
    names = p["SignedHeaders"].split(";")
    assert names == sorted(names)
    text = canonical(request, path, request.query, names,
                     body_hash_of(request, "x-sdk-content-sha256"), False)
    to_sign = "SDK-HMAC-SHA256\n%s\n%s" % (
        request.header("x-sdk-date"), sha(text.encode()))
    assert "x-sdk-date" in names, "the date is not signed"
    return p["Signature"], mac(secret.encode(), to_sign).hex()


def huawei_v11(request, secret):
    """The key is HKDF (RFC 5869), its digits the key of the signature."""
    p = parameters(request.header("authorization"), "V11-HMAC-SHA256")
    access, day, region, service = p["Credential"].rsplit("/", 3)
    date = request.header("x-sdk-date")
    names = p["SignedHeaders"].split(";")
    assert names == sorted(names) and "x-sdk-date" in names
    assert date[:8] == day, "the scope is of another day"
    path = once(request.path)
    text = canonical(request, path if path.endswith("/") else path + "/",
                     request.query, names,
                     body_hash_of(request, "x-sdk-content-sha256"), False)
    scope = "/".join((day, region, service))
    key = mac(mac(access.encode(), secret), scope + "\1").hex().encode()
    to_sign = "\n".join(["V11-HMAC-SHA256", date, scope, sha(text.encode())])
    return p["Signature"], mac(key, to_sign).hex()


def chained(secret, algorithm, date, scope, text):
    day, region, service, last = scope
    assert date[:8] == day, "the scope is of another day"
    key = secret.encode()
    for word in (day, region, service, last):
        key = mac(key, word)
    to_sign = "\n".join([algorithm, date, "/".join(scope), sha(text.encode())])
    return mac(key, to_sign).hex()


def volcengine(request, secret):
    if request.header("authorization"):
        p = parameters(request.header("authorization"), "HMAC-SHA256")
        names, query = p["SignedHeaders"].split(";"), request.query
        date, said = request.header("x-date"), p["Signature"]
        assert "x-date" in names, "the date is not signed"
        body = body_hash_of(request, "x-content-sha256")
        credential = p["Credential"]
    else:
        signed = request.field("X-SignedQueries").split(";")
        assert signed == sorted(signed)
        for name in ("X-Date", "X-Credential", "X-Algorithm"):
            assert name in signed, "%s is not signed" % name
        token = request.field("X-Security-Token")
        assert token is None or "X-Security-Token" in signed
        query = [q for q in request.query if q[0] in signed]
        names = [n for n in request.field("X-SignedHeaders").split(";") if n]
        date, said = request.field("X-Date"), request.field("X-Signature")
        credential, body = request.field("X-Credential"), sha(b"")
    scope = credential.split("/")[-4:]
    assert scope[3] == "request"
    text = canonical(request, once(request.path), query, names, body, True)
    return said, chained(secret, "HMAC-SHA256", date, scope, text)


def normal(path):
    out = []
    for s in path.split("/"):
        if s == "..":
            out = out[:-1]
        elif s not in ("", "."):
            out.append(escape(s))
    end = "/" if path.endswith("/") and out else ""
    return "/" + "/".join(out) + end


def aws(request, secret):
    if request.header("authorization"):
        p = parameters(request.header("authorization"), "AWS4-HMAC-SHA256")
        names, query = p["SignedHeaders"].split(";"), request.query
        date, said = request.header("x-amz-date"), p["Signature"]
        assert "x-amz-date" in names, "the date is not signed"
        credential, body = p["Credential"], None
    else:
        said = request.field("X-Amz-Signature")
        query = [q for q in request.query if q[0] != "X-Amz-Signature"]
        names = request.field("X-Amz-SignedHeaders").split(";")
        date, credential = request.field("X-Amz-Date"), request.field("X-Amz-Credential")
        body = "UNSIGNED-PAYLOAD"
    assert "host" in names, "the host is not signed"
    scope = credential.split("/")[-4:]
    assert scope[3] == "aws4_request"
    s3 = scope[2] == "s3"
    if body is None or not s3:
        body = body_hash_of(request, "x-amz-content-sha256")
    assert not s3 or request.field("X-Amz-Signature") or \
        request.header("x-amz-content-sha256"), "S3 wants the hash"
    path = once(request.path) if s3 else normal(request.path)
    text = canonical(request, path, query, names, body, True)
    return said, chained("AWS4" + secret, "AWS4-HMAC-SHA256", date, scope, text)


SCHEMES = {"huawei": huawei, "huawei-v11": huawei_v11,
           "volcengine": volcengine, "aws": aws}
TOKENS = {"huawei": "X-Security-Token", "huawei-v11": "X-Security-Token",
          "volcengine": "X-Security-Token",
          "aws": "X-Amz-Security-Token"}


def main(scheme, secret, token=None):
    request = Request(sys.stdin.buffer.read())
    name = TOKENS[scheme]
    sent = request.header(name.lower()) or request.field(name)
    assert sent == token, "the token is %s" % sent
    said, wanted = SCHEMES[scheme](request, secret)
    if said != wanted:
        print("signature %s, wanted %s" % (said, wanted))
    return said != wanted


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
