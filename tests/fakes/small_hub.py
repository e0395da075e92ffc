"""A hub of models that serves one folder under one name, to the real client, from this machine."""

import contextlib
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextlib.contextmanager
def small_hub(repository, folder):
    """Yield its address."""
    files = {path.name: path.read_bytes() for path in folder.iterdir()}

    class Hub(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self):
            self.do_GET()

        def do_GET(self):
            path = self.path.partition("?")[0]
            prefix = f"/{repository}/resolve/{COMMIT}/"
            if path.startswith(f"/api/models/{repository}/tree/"):
                tree = [
                    {"type": "file", "path": name, "size": len(data), "oid": _tag(data)}
                    for name, data in files.items()
                ]
                self._answer(200, tree)
            elif path.startswith(f"/api/models/{repository}"):
                siblings = [{"rfilename": name} for name in files]
                self._answer(200, {"id": repository, "sha": COMMIT, "siblings": siblings})
            elif path.removeprefix(prefix) in files:
                self._answer(200, files[path.removeprefix(prefix)])
            else:
                self._answer(404, {"error": "not found"}, {"X-Error-Code": "RepoNotFound"})

        def _answer(self, status, body, headers=()):
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("ETag", f'"{_tag(data)}"')
            for name, value in dict(headers).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _tag(data):
    return hashlib.sha1(data).hexdigest()
