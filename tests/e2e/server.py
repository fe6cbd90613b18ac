"""One obit serve for a test."""

import signal
import subprocess
import urllib.parse

from obit import OBIT


class Server:
    """One run of obit serve."""

    def __init__(self, archive, *options):
        self.process = subprocess.Popen(
            [OBIT, "serve", *map(str, options), archive],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(self.process.stderr.read())
        url = urllib.parse.urlsplit(line)
        self.address = (url.hostname, url.port)

    def again(self):
        """Start the sequences again; return the hash of the one that ends."""
        self.process.send_signal(signal.SIGHUP)
        return self.process.stderr.readline().split()[1]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        words = self.process.stderr.read()
        return self.process.wait(), words
