#!/usr/bin/env python3
"""A server that deletes: prints its port, then answers until it is killed.

    deleter.py ADDRESS

DELETE is answered by 204 the first time and by 404 from then on, GET by 200
or 404; a path that ends in "/denied" by 403.
"""
import http.server
import socketserver
import sys

gone = set()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b""):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_DELETE(self):
        if self.path.endswith("/denied"):
            self.answer(403, b'{"code":"Forbidden"}')
        elif self.path in gone:
            self.answer(404, b'{"code":"NotFound"}')
        else:
            gone.add(self.path)
            self.answer(204)

    def do_GET(self):
        if self.path in gone:
            self.answer(404, b'{"code":"NotFound"}')
        else:
            self.answer(200, b'{"id":"x"}')

    def log_message(self, *args):
        pass


# Not an HTTPServer: that looks its own name up, where there may be no names.
socketserver.ThreadingTCPServer.daemon_threads = True
server = socketserver.ThreadingTCPServer((sys.argv[1], 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
