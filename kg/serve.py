"""The graph over HTTP: the query half of the SPARQL 1.1 Protocol, and a start page. It only reads.

The standard library's server is enough: the work is done in the workers' processes, and the threads here wait for them.
"""

from __future__ import annotations

import functools
import ipaddress
import json
import os
import re
import signal
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from . import __version__
from .errors import MESSAGES, KgError
from .ondisk import MARKER
from .query import named_queries
from .terms import SPACES
from .workers import Answer, Pool, Question

ASSETS = Path(__file__).parent / "serve_assets"
FILES = {"/": "index.html", "/style.css": "style.css", "/app.js": "app.js", "/editor.js": "editor.js"}
MEDIA = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
ENDPOINTS = ("/sparql", "/query")
REQUEST_LIMIT = 256 << 10  # bytes of a request's body
CONNECTIONS = 256  # that are served at a time; more wait in the system's queue
PATIENCE = 60  # seconds that a client may keep silent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_STATUS = {
    "query-update": 403,
    "serve-origin": 403,
    "serve-accept": 406,
    "serve-request": 413,
    "serve-media": 415,
    "serve-result": 422,
    "graph-missing": 500,
    "graph-unreadable": 500,
    "graph-format": 500,
    "serve-died": 500,
    "serve-busy": 503,
    "serve-timeout": 504,
}


@dataclass(frozen=True, slots=True)
class Site:
    """What is served: the workers, the graph page beside the graph if there is one, and whom to answer."""

    pool: Pool
    page: Path | None
    cors: bool
    local: bool  # listens on loopback only


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = f"gongfu-kg/{__version__}"
    sys_version = ""
    timeout = PATIENCE
    server: Server

    def do_GET(self) -> None:
        self._answered(self._get)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        self._answered(self._post)

    def parse_request(self) -> bool:
        """As the base class; a body where none belongs is not taken for the next request."""
        good = super().parse_request()
        if good and self.command != "POST" and (self.headers.get("Content-Length", "0") != "0" or self.headers.get("Transfer-Encoding")):
            self.close_connection = True
        return good

    def do_OPTIONS(self) -> None:
        allowed = {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "Content-Type, Accept", "Access-Control-Max-Age": "86400"}
        self._send(204, "", b"", {"Allow": "GET, HEAD, POST, OPTIONS", **(allowed if self.server.site.cors else {})})

    def _answered(self, handle: Callable[[bytes], None]) -> None:
        """Run a handler on the request's body; a mistake becomes a status and a line of JSON."""
        try:
            body = self._body() if self.command == "POST" else b""
            self._admit()
            handle(body)
        except KgError as error:
            said = {"error": error.slug, "message": message(error, self.language), **{k: error.values[k] for k in ("line", "column") if error.values.get(k)}}
            text = json.dumps(said, ensure_ascii=False).encode() + b"\n"
            again = {"Retry-After": "2"} if error.slug == "serve-busy" else {}
            self._send(_STATUS.get(error.slug, 400), "application/json", text, again)
        except ValueError as error:  # a header or parameter that cannot be taken apart
            self.close_connection = True
            self._send(400, "text/plain", f"400: {error}\n".encode())

    @property
    def language(self) -> str:
        """zh or en, whichever the client names first; "" if neither."""
        wanted = re.search(r"(?:^|,)\s*(zh|en)\b", self.headers.get("Accept-Language", ""), re.I)
        return wanted[1].lower() if wanted else ""

    def _admit(self) -> None:
        """Refuse what another site's page may have sent: by its Origin, or by a name that leads to this machine. Raises KgError."""
        site, host, origin = self.server.site, self.headers.get("Host", ""), self.headers.get("Origin")
        if site.cors:
            return
        name = (urlsplit(f"//{host}").hostname or "") if host else "localhost"
        if (origin is not None and urlsplit(origin).netloc != host) or (site.local and not is_local(name)):
            raise KgError("serve-origin", origin=origin or host)

    def _get(self, body: bytes) -> None:
        path, _, parameters = self.path.partition("?")
        site = self.server.site
        if path in ENDPOINTS:
            self._query(parse_qs(parameters))
        elif path in FILES:
            file = ASSETS / FILES[path]
            self._send(200, MEDIA[file.suffix], file.read_bytes(), {"Content-Security-Policy": POLICY})
        elif path == "/about.json":
            self._send(200, "application/json", json.dumps(about(site), ensure_ascii=False).encode())
        elif path == "/network.html" and site.page and site.page.is_file():
            self._send(200, "text/html", site.page.read_bytes(), {"Content-Security-Policy": "frame-ancestors 'none'"})  # it has its own
        else:
            self._send(404, "text/plain", b"404: there are / and /sparql\n")

    def _post(self, body: bytes) -> None:
        path, _, parameters = self.path.partition("?")
        if path not in ENDPOINTS:
            self._send(404, "text/plain", b"404: queries go to /sparql\n")
            return
        media = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        given = parse_qs(parameters)
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise KgError("query-syntax", why=error) from None
        if media == "application/sparql-query":
            given["query"] = [text]
        elif media == "application/x-www-form-urlencoded":
            given.update(parse_qs(text, max_num_fields=1000))
        elif media == "application/sparql-update":
            raise KgError("query-update")
        else:
            raise KgError("serve-media", given=media or "?", known="application/sparql-query, application/x-www-form-urlencoded")
        self._query(given)

    def _body(self) -> bytes:
        """The request's body. Raises KgError."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            raise KgError("serve-media", given=self.headers.get("Transfer-Encoding", "?"), known="Content-Length")
        if int(length) > REQUEST_LIMIT:
            self.close_connection = True
            left = min(int(length), 32 * REQUEST_LIMIT)  # read and dropped, so that the client comes to read the answer
            while left > 0 and (part := self.rfile.read(min(left, 1 << 16))):
                left -= len(part)
            raise KgError("serve-request", limit=REQUEST_LIMIT)
        return self.rfile.read(int(length))

    def _query(self, given: Mapping[str, list[str]]) -> None:
        if "update" in given:
            raise KgError("query-update")
        if len(given.get("query", [])) != 1:
            raise KgError("serve-empty")
        question = Question(
            text=given["query"][0],
            accept=", ".join(self.headers.get_all("Accept", [])),
            form=(given.get("format") or given.get("output") or [""])[0],
            any_sum="any-sum" in given,
            notes="notes" in given,
            language=self.language,
            default_graphs=tuple(given.get("default-graph-uri", ())),
            named_graphs=tuple(given.get("named-graph-uri", ())),
        )
        answer: Answer = self.server.site.pool.ask(question)
        notes = {"X-Kg-Notes": quote(json.dumps(answer.notes, ensure_ascii=False))} if answer.notes else {}
        self._send(200, answer.media, answer.body, {"Vary": "Accept, Accept-Language", **notes})

    def _send(self, status: int, media: str, body: bytes, headers: Mapping[str, str] = {}) -> None:
        self.send_response(status)
        if media:
            text = media.startswith("text/") or media == "application/json"
            self.send_header("Content-Type", media + ("; charset=utf-8" if text else ""))
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        fixed = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}
        if self.server.site.cors:
            fixed |= {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "X-Kg-Notes"}
        if self.close_connection:
            fixed["Connection"] = "close"
        for name, value in {**fixed, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is written down of who asks what."""


class Server(ThreadingHTTPServer):
    """Listens at once, answers in `serve_forever`."""

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # there it would let two servers have one port
    request_queue_size = CONNECTIONS
    site: Site

    def __init__(self, host: str, port: int, site: Site) -> None:
        self.site = site
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.slots = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__((host, port), Handler)

    @property
    def url(self) -> str:
        """Where the start page is."""
        host, port = self.server_address[:2]
        return f"http://[{host!s}]:{port}/" if ":" in str(host) else f"http://{host!s}:{port}/"

    def server_bind(self) -> None:
        """Without the base class's look-up of the host's name, which may ask a network."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        self.slots.acquire()
        try:
            super().process_request(request, client_address)
        except BaseException:
            self.slots.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def is_local(name: str) -> bool:
    """Whether a host's name or address is this machine's own.

    >>> [is_local(x) for x in ("localhost", "127.0.0.1", "::1", "example.org", "0.0.0.0")]
    [True, True, True, False, False]
    """
    try:
        return name.lower().rstrip(".") == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def message(error: KgError, language: str) -> str:
    """A mistake in a language; "" for the server's own."""
    return " ".join(MESSAGES[error.slug][language == "en"].format(**error.values).split()) if language else str(error)


def about(site: Site) -> dict[str, Any]:
    """What the start page wants to know: the questions that ship, the graph's size, prefixes and address spaces."""
    pool = site.pool
    return {
        "file": pool.path.name,
        "statements": pool.statements,
        "page": bool(site.page and site.page.is_file()),
        "prefixes": dict(pool.prefixes),
        "spaces": {space: pool.prefixes[space] for space in SPACES if space in pool.prefixes},
        "questions": [{"name": q.name, "zh": q.zh, "en": q.en, "bind": q.bind, "text": plain(q.text)} for q in _shipped()],
    }


_shipped = functools.cache(named_queries)


def plain(text: str) -> str:
    """A query that ships without its comments and prefixes, which are all known."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("# ", "PREFIX "))).strip() + "\n"


def open_server(
    graph: Path, host: str = "127.0.0.1", port: int = 0, *, timeout: float = 30.0, cors: bool = False, size: int | None = None, limit: int = 32 << 20
) -> Server:
    """A server that listens and has its workers started; close it with `close_server`. Port 0: any that is free. Raises KgError."""
    path = graph / "graph.ttl" if graph.is_dir() and not (graph / MARKER).is_file() else graph
    page = path.with_name("network.html")
    pool = Pool(path, size or min(4, os.cpu_count() or 1), timeout, limit)
    try:
        return Server(host, port, Site(pool, page if page.exists() else None, cors, is_local(host)))
    except (OSError, OverflowError) as error:
        pool.close()
        raise KgError("serve-address", host=host, port=port, why=getattr(error, "strerror", None) or error) from None


def close_server(server: Server) -> None:
    """Stop listening and end the workers."""
    server.server_close()
    server.site.pool.close()


def serve(server: Server) -> None:
    """Answer until Ctrl-C or a SIGTERM."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        close_server(server)
