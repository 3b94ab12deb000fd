#!/usr/bin/env python3
"""A webhook's other end: listener.py PORT FILE appends the body of every POST to the file.

The first POST is answered with 503, so that the sender has to try again."""

import http.server
import sys

PORT, FILE = int(sys.argv[1]), sys.argv[2]


class Receiver(http.server.BaseHTTPRequestHandler):
    refused = False

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if not Receiver.refused:
            Receiver.refused = True
            self.send_response(503)
        else:
            with open(FILE, "a", encoding="utf-8") as file:
                file.write(body + "\n")
            self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


http.server.HTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
