"""SPARQL over HTTP, asked the way other programs ask: each client, each format, each limit."""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import handmade
import pytest
import rdflib

from kg.errors import KgError
from kg.page import write_page
from kg.query import read_graph, run_query
from kg.rdf import write_turtle
from kg.serve import REQUEST_LIMIT, Server, close_server, is_local, open_server
from kg.syntax import complaint, is_update, refuse_service
from kg.workers import ROWS, TRIPLES, Pool, Question, choose, lock

VILLAGES = "SELECT ?name WHERE { ?v a gf:Village ; skos:prefLabel ?name }"
BRANCHES = "CONSTRUCT { ?b skos:prefLabel ?name } WHERE { ?b a gf:Branch ; skos:prefLabel ?name }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
FULL = {
    "gf": "https://w3id.org/gongfu-kg/ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}
HEAD = "".join(f"PREFIX {name}: <{iri}> " for name, iri in FULL.items())


@pytest.fixture(autouse=True, scope="module")
def english() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LC_ALL", "en_US.UTF-8")
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a build leaves: the graph and the page."""
    out = tmp_path_factory.mktemp("output")
    (out / "graph.ttl").write_text(write_turtle(handmade.graph()), "utf-8")
    (out / "network.html").write_text(write_page(handmade.graph()), "utf-8")
    return out


def started(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join(5)
    close_server(server)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    yield from started(open_server(folder, timeout=1.0, size=2, limit=20_000))


@pytest.fixture(scope="module")
def open_to_all(folder: Path) -> Iterator[Server]:
    yield from started(open_server(folder / "graph.ttl", cors=True, size=1))


class Reply:
    """Status, headers and text of an answer."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status
        self.headers: dict[str, str] = {k.lower(): v for k, v in response.headers.items()}
        self.text: str = response.read().decode("utf-8")

    @property
    def media(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def error(self) -> str:
        return str(json.loads(self.text)["error"])


def get(server: Server, path: str, **headers: str) -> Reply:
    return send(server, "GET", path, None, **headers)


def send(server: Server, method: str, path: str, body: bytes | None, **headers: str) -> Reply:
    request = urllib.request.Request(server.url.rstrip("/") + path, body, {k.replace("_", "-"): v for k, v in headers.items()}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return Reply(response)
    except urllib.error.HTTPError as error:
        return Reply(error)


def ask(server: Server, query: str, *, accept: str = "*/*", **parameters: str) -> Reply:
    return get(server, "/sparql?" + urlencode({"query": query, **parameters}), Accept=accept)


# ---------------------------------------------------------------- other programs


def test_sparqlwrapper_reads_rows(server: Server) -> None:
    """SPARQLWrapper, JSON over GET and XML over POST."""
    from SPARQLWrapper import JSON, POST, XML, SPARQLWrapper

    client = SPARQLWrapper(server.url + "sparql")
    client.setQuery(HEAD + VILLAGES)
    client.setReturnFormat(JSON)
    assert [row["name"]["value"] for row in client.queryAndConvert()["results"]["bindings"]] == ["白鹤村"]
    client.setMethod(POST)
    client.setReturnFormat(XML)
    assert "白鹤村" in client.queryAndConvert().toxml()


def test_sparqlwrapper_reads_triples_and_mistakes(server: Server) -> None:
    """A CONSTRUCT comes back as a graph, a bad query as QueryBadFormed with the place in it."""
    from SPARQLWrapper import SPARQLExceptions, SPARQLWrapper

    client = SPARQLWrapper(server.url + "sparql")
    client.setQuery(HEAD + BRANCHES)
    assert len(client.queryAndConvert()) == 1
    client.setQuery("SELECT * { ?s ?p }")
    with pytest.raises(SPARQLExceptions.QueryBadFormed, match="line 1, column 18"):
        client.query()


def test_rdflib_reads_through_sparqlstore(server: Server) -> None:
    """rdflib's SPARQLStore: a query, a pattern of triples, and a length."""
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    graph = rdflib.Graph(SPARQLStore(server.url + "sparql"))
    assert [str(row["name"]) for row in graph.query(HEAD + VILLAGES)] == ["白鹤村"]
    label = rdflib.URIRef(FULL["skos"] + "prefLabel")
    assert len(list(graph.triples((None, label, rdflib.Literal("白鹤村", lang="zh"))))) == 1
    assert len(list(graph.query(HEAD + BRANCHES))) == 1


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
@pytest.mark.parametrize(
    "how",
    [
        pytest.param(["-G", "--data-urlencode", "query=" + VILLAGES], id="get"),
        pytest.param(["--data-urlencode", "query=" + VILLAGES], id="form"),
        pytest.param(["-H", "Content-Type: application/sparql-query", "--data-binary", VILLAGES], id="body"),
    ],
)
def test_curl_asks_in_all_three_ways(server: Server, how: list[str]) -> None:
    """GET, POST as a form, POST as a query."""
    done = subprocess.run(["curl", "-sS", "--noproxy", "*", "-H", "Accept: text/csv", *how, server.url + "sparql"], capture_output=True, encoding="utf-8")
    assert done.stdout.split() == ["name", "白鹤村"], done.stderr


# ---------------------------------------------------------------- formats


@pytest.mark.parametrize(
    ("accept", "media", "start"),
    [
        pytest.param("*/*", "application/sparql-results+json", '{"head"', id="anything"),
        pytest.param("application/json", "application/json", '{"head"', id="json"),
        pytest.param("application/sparql-results+xml", "application/sparql-results+xml", "<?xml", id="xml"),
        pytest.param("text/csv", "text/csv", "name\r\n白鹤村", id="csv"),
        pytest.param("text/tab-separated-values", "text/tab-separated-values", '?name\n"白鹤村"@zh', id="tsv"),
        pytest.param("text/csv;q=0.3, application/xml;q=0.5", "application/xml", "<?xml", id="weights"),
        pytest.param("text/html, */*;q=0.8", "application/sparql-results+json", "{", id="a browser"),
        pytest.param("text/turtle, text/*;q=0.2", "text/xml", "<?xml", id="a format of triples, and any text"),
    ],
)
def test_rows_come_in_the_format_asked_for(server: Server, accept: str, media: str, start: str) -> None:
    """By the Accept header."""
    reply = ask(server, VILLAGES, accept=accept)
    assert (reply.status, reply.media) == (200, media)
    assert reply.text.startswith(start)
    assert reply.headers["vary"].startswith("Accept")


@pytest.mark.parametrize(
    ("accept", "media", "form"),
    [
        pytest.param("*/*", "text/turtle", "turtle", id="anything"),
        pytest.param("text/turtle", "text/turtle", "turtle", id="turtle"),
        pytest.param("application/n-triples", "application/n-triples", "nt", id="n-triples"),
        pytest.param("application/rdf+xml", "application/rdf+xml", "xml", id="rdf/xml"),
        pytest.param("application/ld+json", "application/ld+json", "json-ld", id="json-ld"),
    ],
)
def test_triples_come_in_the_format_asked_for(server: Server, accept: str, media: str, form: str) -> None:
    """CONSTRUCT and DESCRIBE."""
    for query, least in ((BRANCHES, 1), ("DESCRIBE ?b { ?b a gf:Branch }", 3)):
        reply = ask(server, query, accept=accept)
        assert (reply.status, reply.media) == (200, media)
        assert len(rdflib.Graph().parse(data=reply.text, format=form)) >= least


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_format_may_be_a_parameter(server: Server, form: str) -> None:
    """For a link, which sends no header of its own; it wins over the header."""
    assert form in ask(server, VILLAGES, accept="text/html", format=form).media + ("tsv" if form == "tsv" else "")
    assert ask(server, "ASK { ?b a gf:Branch }", output=form).text.count("true") == 1


def test_a_format_of_the_other_kind_is_refused() -> None:
    """406 names what there is."""
    with pytest.raises(KgError, match="text/csv"):
        choose(ROWS, "text/turtle")
    with pytest.raises(KgError, match="text/turtle"):
        choose(TRIPLES, "text/csv, image/*;q=0.9, */*;q=0")


def test_refused_format_is_406(server: Server) -> None:
    """Over the wire too."""
    assert ask(server, VILLAGES, accept="image/png").status == 406


def test_answers_are_those_of_the_command_line(server: Server, folder: Path) -> None:
    """Every question that ships, from the list that the page gets: same columns, as many rows."""
    data = read_graph(folder)
    questions = json.loads(get(server, "/about.json").text)["questions"]
    assert len(questions) >= 20
    for q in questions:
        assert q["zh"] and q["en"]
        rows = list(csv.reader(io.StringIO(ask(server, q["text"], format="csv").text)))
        table = run_query(data, q["name"])
        assert (tuple(rows[0]), len(rows) - 1) == (table.columns, len(table.rows)), q["name"]


def test_the_data_set_may_be_chosen(folder: Path, tmp_path: Path) -> None:
    """default-graph-uri and named-graph-uri of the protocol; without them, all graphs at once."""
    (tmp_path / "two.nq").write_text('<a:x> <a:p> "1" <a:g1> .\n<a:y> <a:p> "2" <a:g2> .\n<a:z> <a:p> "3" .\n')
    with Pool(tmp_path / "two.nq", size=1) as pool:

        def values(text: str, **more: Any) -> list[str]:
            return sorted(pool.ask(Question(text, form="csv", **more)).body.decode().split()[1:])

        assert values("SELECT ?o { ?s <a:p> ?o }") == ["1", "2", "3"]
        assert values("SELECT ?o { ?s <a:p> ?o }", default_graphs=("a:g1",)) == ["1"]
        assert values("SELECT ?o { GRAPH ?g { ?s <a:p> ?o } }", named_graphs=("a:g2",)) == ["2"]
        with pytest.raises(KgError, match="bad query"):
            values("SELECT ?o { ?s <a:p> ?o }", default_graphs=("no address",))


# ---------------------------------------------------------------- mistakes

MISTAKES = [
    pytest.param("SELECT * { ?s ?p }", 1, 18, "unexpected }", id="no object"),
    pytest.param("SELECT *\nWERE { ?s ?p ?o }", 2, 1, "unexpected WERE", id="misspelt keyword"),
    pytest.param("SELECT * {\n  ?s ?p ?o\n  FILTR(?s) }", 3, 3, "unexpected FILTR", id="misspelt keyword inside"),
    pytest.param("SELECT * { ?s ?p ?o FILTER(?s >) }", 1, 32, "unexpected )", id="half a comparison"),
    pytest.param("SELECT * {\n ?s foo:bar '中文' }", 2, 5, "no such prefix: foo:", id="unknown prefix"),
    pytest.param("SELECT * { ?s ?p '中文' ?o ?q }", 1, 23, "unexpected ?o", id="columns are characters"),
    pytest.param("SELECT COUNT(?x) { ?x ?y ?z }", 1, 8, "unexpected COUNT", id="no brackets"),
    pytest.param("SELECT * { ?s ?p ?o", 1, 20, "{ is not closed", id="open brace"),
    pytest.param("SELECT ?a { ?a ?b ?c } GROUP BY ?c", 1, 35, "unbound", id="not grouped"),
    pytest.param("   ", 1, 1, "ends too early", id="nothing"),
    pytest.param("SELECT * { ?s ?p 'abc }", 1, 18, "quote is not closed", id="open quote"),
    pytest.param("# a }\nSELECT * { ?s ?p ?o } # b\nLIMIT ten", 3, 7, "unexpected ten", id="after comments"),
    pytest.param("SELECT * { ?s ?p ?o . } ORDER ?s", 1, 31, "unexpected ?s", id="at the end"),
    pytest.param("SELECT ?x WHERE { { ?x ?y ?z } UNION ?x ?y ?z } }", 1, 38, "unexpected ?x", id="no group"),
    pytest.param("villages, please", 1, 1, "unexpected villages", id="no query"),
]


@pytest.mark.parametrize(("query", "line", "column", "said"), MISTAKES)
def test_mistakes_are_told_with_line_and_column(server: Server, query: str, line: int, column: int, said: str) -> None:
    """400, and a line of JSON that the page's editor can mark."""
    reply = send(server, "POST", "/sparql", query.encode(), Content_Type="application/sparql-query")
    found = json.loads(reply.text)
    assert (reply.status, found["error"], found["line"], found["column"]) == (400, "query-syntax", line, column), found
    assert said in found["message"]


@pytest.mark.parametrize(
    ("languages", "said"),
    [
        pytest.param("zh-CN,en;q=0.8", "查询有误：第 1 行第 18 列：此处不应是 }", id="Chinese"),
        pytest.param("en-US", "bad query: line 1, column 18: unexpected }", id="English"),
        pytest.param("fr", "bad query: line 1, column 18: unexpected }", id="neither: the server's"),
    ],
)
def test_mistakes_are_told_in_the_readers_language(server: Server, languages: str, said: str) -> None:
    """By Accept-Language; the notes too."""
    path = "/sparql?" + urlencode({"query": "SELECT * { ?s ?p }"})
    assert json.loads(get(server, path, Accept_Language=languages).text)["message"] == said
    path = "/sparql?" + urlencode({"query": "SELECT ?x { ?x a gf:Nothing }", "notes": "1"})
    assert ("%E6" in get(server, path, Accept_Language=languages).headers["x-kg-notes"]) == languages.startswith("zh")


def test_a_complaint_without_a_place_is_passed_on() -> None:
    """And is short."""
    found = complaint("something " * 100, "x", lambda text: "")
    assert found.values["line"] == 0 and len(str(found)) < 400


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        pytest.param("/sparql", 400, "serve-empty", id="no query"),
        pytest.param("/sparql?query=ASK%7B%7D&query=ASK%7B%7D", 400, "serve-empty", id="two queries"),
        pytest.param("/sparql?update=CLEAR+ALL", 403, "query-update", id="update"),
    ],
)
def test_bad_requests(server: Server, path: str, status: int, error: str) -> None:
    """Each with its own word."""
    reply = get(server, path)
    assert (reply.status, reply.error) == (status, error)


@pytest.mark.parametrize("path", ["/nothing", "/../kg/serve.py", "/graph.ttl", "//etc/passwd", "/serve_assets/app.js", "/%2e%2e/graph.ttl"])
def test_nothing_else_is_served(server: Server, path: str) -> None:
    """No file but the few that are meant."""
    assert get(server, path).status == 404
    assert send(server, "POST", path, b"").status == 404


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: [x\r\n\r\n", id="host"),
        pytest.param(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: localhost\r\nOrigin: http://[\r\n\r\n", id="origin"),
        pytest.param(b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", id="length"),
        pytest.param(b"GET /sparql?query=%ff%fe%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", id="bytes that are no text"),
        pytest.param(b"GET /sparql?query=" + b"%7B" * 3000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", id="thousands of braces"),
        pytest.param(b"nonsense\r\n\r\n", id="no HTTP"),
    ],
)
def test_requests_that_make_no_sense(server: Server, head: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    """400, nothing on stderr, and the next request is answered."""
    place = urlsplit(server.url)
    with socket.create_connection((place.hostname, place.port), 10) as client:
        client.sendall(head)
        client.shutdown(socket.SHUT_WR)
        said = client.makefile("rb").read()
    assert b"400" in said.split(b"\r\n")[0] + said[:200]
    assert capfd.readouterr().err == ""
    assert ask(server, VILLAGES).status == 200


def test_other_methods_and_types_are_refused(server: Server) -> None:
    """PUT and DELETE are not there; a POST of another type is told what to send."""
    assert send(server, "PUT", "/sparql", b"x").status == 501
    assert send(server, "DELETE", "/sparql", None).status == 501
    assert send(server, "POST", "/sparql", b"x", Content_Type="text/turtle").status == 415
    assert send(server, "POST", "/sparql", b"\xff\xfe", Content_Type="application/sparql-query").status == 400
    assert send(server, "OPTIONS", "/sparql", None).headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert send(server, "HEAD", "/sparql?" + urlencode({"query": VILLAGES}), None).text == ""


def test_sums_of_different_kinds_are_refused(server: Server) -> None:
    """As on the command line, unless asked for."""
    query = "SELECT (SUM(?v) AS ?total) { ?e a gf:FinancingEvent ; gf:amount/gf:value ?v }"
    assert (ask(server, query).status, ask(server, query).error) == (400, "query-sum")
    assert ask(server, query, **{"any-sum": "1"}).status == 200


def test_notes_go_into_a_header(server: Server) -> None:
    """What the command line says beside an answer, where it is asked for."""
    query = "SELECT ?x { ?x a gf:Village ; gf:locatedIn gf:nowhere }"
    assert "x-kg-notes" not in ask(server, query).headers
    assert "gf%3Anowhere" in ask(server, query, notes="1").headers["x-kg-notes"]


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize("query", ["INSERT DATA { <a:b> <a:c> 1 }", "PREFIX a: <b:>\n# x\nDELETE WHERE { ?s ?p ?o }", "LOAD <file:///etc/passwd>", "clear all"])
def test_updates_are_refused(server: Server, folder: Path, query: str) -> None:
    """As a query, as an update, and by type; the graph stays as it is."""
    before = (folder / "graph.ttl").read_bytes()
    assert ask(server, query).error == "query-update"
    assert send(server, "POST", "/sparql", urlencode({"update": query}).encode(), Content_Type="application/x-www-form-urlencoded").status == 403
    assert send(server, "POST", "/sparql", query.encode(), Content_Type="application/sparql-update").status == 403
    assert is_update(query)
    assert (folder / "graph.ttl").read_bytes() == before


SERVICES = [
    pytest.param("SELECT * { SERVICE <URL> { ?s ?p ?o } }", id="plain"),
    pytest.param("SELECT * { service SILENT <URL> { ?s ?p ?o } }", id="silent"),
    pytest.param("SELECT * { ?a ?b 1SERVICE<URL>{ ?s ?p ?o } }", id="after a number"),
    pytest.param("SELECT * { \\u0053ERVICE <URL> { ?s ?p ?o } }", id="escaped"),
    pytest.param("SELECT * { ?a ?b ?c FILTER(?a<?b)SERVICE#>\n<URL> { ?s ?p ?o } }", id="inside what looks like an address"),
    pytest.param('SELECT * { ?a ?b "x # y" . SERVICE <URL> { ?s ?p ?o } }', id="after a # in a string"),
    pytest.param('SELECT * { ?a ?b """\n# """ . SERVICE <URL> { ?s ?p ?o } }', id="after a # in a long string"),
]


@pytest.mark.parametrize("query", SERVICES)
def test_service_is_refused(server: Server, query: str) -> None:
    """However it is spelt, nothing is asked of another server."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.1)
        reply = ask(server, query.replace("URL", f"http://127.0.0.1:{trap.getsockname()[1]}/"))
        assert (reply.status, reply.error) == (400, "query-syntax")
        with pytest.raises(TimeoutError):
            trap.accept()


@pytest.mark.parametrize(
    "query", ["SELECT ?service { ?service a gf:Bank }", "# no service here\nASK { ?s <http://a.b/service#x> ?service }", "ASK { ?s gf:service 1 }"]
)
def test_names_with_that_word_are_not_refused(query: str) -> None:
    """A variable, an address, a comment."""
    refuse_service(query)


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_no_file_is_read(server: Server, folder: Path, clause: str) -> None:
    """FROM names graphs of the store, never a file or an address."""
    reply = ask(server, f"SELECT * {clause} <{(folder / 'graph.ttl').as_uri()}> {{ ?s ?p ?o }}")
    assert json.loads(reply.text)["results"]["bindings"] == []


def locked(pipe: Connection, path: str, port: int) -> None:
    import pyoxigraph as ox

    store = ox.Store()
    lock(pipe, 1 << 30)
    faults = []
    for attempt in (
        lambda: Path(path).read_bytes(),
        lambda: socket.create_connection(("127.0.0.1", port), 1),
        lambda: list(store.query(f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}")),
        lambda: bytearray(3 << 30),
    ):
        try:
            attempt()
            faults.append("done")
        except (OSError, MemoryError) as error:
            faults.append(type(error).__name__)
    pipe.send(faults)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems lack one of the limits")
def test_a_worker_can_open_nothing(folder: Path) -> None:
    """The system itself refuses files, sockets and too much memory to a process that is locked."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with socket.create_server(("127.0.0.1", 0)) as trap:
        process = context.Process(target=locked, args=(theirs, str(folder / "graph.ttl"), trap.getsockname()[1]))
        process.start()
        assert ours.poll(30)
        assert ours.recv() == ["OSError", "OSError", "OSError", "MemoryError"]
        process.join(5)


def test_timeout_ends_query_and_process(server: Server) -> None:
    """504 at the time-out; the worker is gone, another has its place, and the next query is answered."""
    before = {w.process.pid for w in server.site.pool.workers}
    start = time.monotonic()
    reply = ask(server, ENDLESS)
    assert (reply.status, reply.error) == (504, "serve-timeout")
    assert 0.9 < time.monotonic() - start < 5
    assert ask(server, VILLAGES).status == 200
    after = {w.process.pid for w in server.site.pool.workers}
    assert len(before - after) == 1 and len(after) == 2
    (dead,) = before - after
    with pytest.raises(OSError):
        os.kill(dead or 0, 0)


def test_a_worker_that_dies_is_replaced(server: Server) -> None:
    """Killed from outside, as a system short of memory does: one error at most, then answers again."""
    for worker in list(server.site.pool.workers):
        worker.wait()
        worker.process.kill()
        worker.process.join(5)
    replies = [ask(server, VILLAGES).status for _ in range(4)]
    assert sorted(replies, reverse=True) == [500, 500, 200, 200]


def test_too_much_memory_ends_the_query(folder: Path) -> None:
    """A sort of millions of rows fails, and the pool lives on."""
    if sys.platform != "linux":
        pytest.skip("no bound on memory")
    with Pool(folder / "graph.ttl", size=1, timeout=60, memory=200 << 20) as pool:
        with pytest.raises(KgError, match="memory"):
            pool.ask(Question("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?a ?f"))
        assert pool.ask(Question(VILLAGES)).body


def test_large_results_are_refused(server: Server) -> None:
    """422 says to add a LIMIT, and with one it is answered."""
    query = "SELECT * { ?s ?p ?o . ?x ?y ?z }"
    assert (ask(server, query).status, ask(server, query).error) == (422, "serve-result")
    assert ask(server, query + " LIMIT 5").status == 200


def test_large_requests_are_refused(server: Server) -> None:
    """413 for a body, 414 for an address; a query below the limit is answered."""
    long = VILLAGES + " #" + "x" * REQUEST_LIMIT
    reply = send(server, "POST", "/sparql", long.encode(), Content_Type="application/sparql-query")
    assert (reply.status, reply.error) == (413, "serve-request")
    assert ask(server, long).status == 414
    fits = VILLAGES + " #" + "x" * (REQUEST_LIMIT - 1000)
    assert send(server, "POST", "/sparql", fits.encode(), Content_Type="application/sparql-query").status == 200


def test_a_body_without_length_is_refused(server: Server) -> None:
    """A chunked body might have no end."""
    place = urlsplit(server.url)
    with socket.create_connection((place.hostname, place.port), 10) as client:
        client.sendall(b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert client.makefile("rb").readline().split()[1] == b"415"


@pytest.mark.parametrize("depth", [200, 5_000, 100_000])
def test_deep_nesting_is_survived(server: Server, depth: int) -> None:
    """A query that may overflow somebody's stack ends in an error, and the next is answered."""
    for start in ("ASK ", "SELECT (SUM(?v) AS ?s) "):
        query = start + "{" * depth + "?e gf:amount/gf:value ?v" + "}" * depth
        reply = send(server, "POST", "/sparql?any-sum=1", query.encode(), Content_Type="application/sparql-query")
        assert reply.status in (200, 400, 500, 504)
        reply = send(server, "POST", "/sparql?notes=1", query.encode(), Content_Type="application/sparql-query")
        assert reply.status in (200, 400, 500, 504)
    assert ask(server, VILLAGES).status == 200


def test_busy_is_said(folder: Path) -> None:
    """Who waits longer than a query may take is told to come again."""
    with Pool(folder / "graph.ttl", size=1, timeout=0.5) as pool:
        worker = pool.idle.get()
        with pytest.raises(KgError, match="busy"):
            pool.ask(Question(VILLAGES))
        pool.idle.put(worker)


def test_two_hundred_at_once(folder: Path) -> None:
    """200 clients at the same time, each with its own question: every one gets its own answer."""
    gate = threading.Barrier(200, timeout=30)
    for server in started(open_server(folder, size=2)):

        def one(n: int, server: Server = server) -> tuple[int, str]:
            gate.wait()
            reply = ask(server, f"SELECT ({n} AS ?n) (COUNT(*) AS ?all) {{ ?s ?p ?o }}", format="csv")
            return reply.status, reply.text.split()[1].split(",")[0]

        with ThreadPoolExecutor(200) as clients:
            assert list(clients.map(one, range(200))) == [(200, str(n)) for n in range(200)]
        assert len(server.site.pool.workers) == 2


def test_a_new_build_is_served(folder: Path, tmp_path: Path) -> None:
    """The file is read again when it changes; a broken one is an error until it is whole."""
    path = tmp_path / "graph.ttl"
    path.write_text('<a:x> <a:p> "old" .')
    query = Question("SELECT ?o { ?s ?p ?o }", form="csv")
    with Pool(path, size=2) as pool:
        assert b"old" in pool.ask(query).body
        path.write_text('<a:x> <a:p> "newer" .')
        assert [b"newer" in pool.ask(query).body for _ in range(4)] == [True] * 4
        path.write_text("<a:x> oh")
        with pytest.raises(KgError, match="cannot read graph"):
            pool.ask(query)
        path.write_text('<a:x> <a:p> "whole again" .')
        assert b"whole again" in pool.ask(query).body


# ---------------------------------------------------------------- who may ask


def test_it_listens_on_loopback_only(server: Server) -> None:
    """Unless told otherwise."""
    assert server.server_address[0] == "127.0.0.1"
    assert server.site.local and not is_local("0.0.0.0") and is_local("::1")


@pytest.mark.parametrize("origin", ["https://example.org", "null", "http://localhost:1"])
def test_pages_of_other_sites_are_refused(server: Server, origin: str) -> None:
    """No CORS header, and no work done for them: the query is not run."""
    reply = get(server, "/sparql?" + urlencode({"query": VILLAGES}), Origin=origin)
    assert (reply.status, reply.error) == (403, "serve-origin")
    assert not [h for h in reply.headers if h.startswith("access-control")]
    assert not [h for h in send(server, "OPTIONS", "/sparql", None, Origin=origin).headers if h.startswith("access-control")]


def test_a_form_from_another_site_is_refused(server: Server) -> None:
    """A POST that needs no preflight, with its body read so that the answer arrives."""
    form = urlencode({"query": VILLAGES}).encode()
    assert send(server, "POST", "/sparql", form, Content_Type="application/x-www-form-urlencoded", Origin="https://example.org").status == 403


def test_a_body_where_none_belongs_is_no_request(server: Server) -> None:
    """Its bytes are not taken for the next request of the connection."""
    place = urlsplit(server.url)
    inner = b"GET /about.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection((place.hostname, place.port), 10) as client:
        client.sendall(b"GET /style.css HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%b" % (len(inner), inner))
        said = client.makefile("rb").read()
    assert said.count(b"HTTP/1.1 ") == 1


def test_own_page_is_answered(server: Server) -> None:
    """Its Origin is this server's."""
    assert get(server, "/sparql?" + urlencode({"query": VILLAGES}), Origin=server.url.rstrip("/")).status == 200


def test_foreign_names_are_refused(server: Server) -> None:
    """A name of another site that was made to lead to this machine (DNS rebinding)."""
    assert get(server, "/about.json", Host="attacker.example:80").status == 403
    assert get(server, "/about.json", Host=f"localhost:{server.server_port}").status == 200


def test_cors_on_request(open_to_all: Server) -> None:
    """--cors lets every page ask, with a preflight."""
    reply = get(open_to_all, "/sparql?" + urlencode({"query": VILLAGES}), Origin="https://example.org")
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (200, "*")
    preflight = send(open_to_all, "OPTIONS", "/sparql", None, Origin="https://example.org")
    assert (preflight.status, preflight.headers["access-control-allow-methods"]) == (204, "GET, POST")


# ---------------------------------------------------------------- the start page


def test_start_page_is_sealed(server: Server) -> None:
    """Own scripts only, no address of any other site in any file, nothing guessed from content."""
    reply = get(server, "/")
    assert reply.media == "text/html"
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "http" not in policy
    assert policy.count("unsafe") == policy.count("style-src-attr 'unsafe-inline'") == 1  # the editor sets its tab size by an attribute
    for name in re.findall(r'(?:src|href)="([^"]+\.(?:js|css))"', reply.text):
        asset = get(server, "/" + name)
        assert asset.status == 200 and asset.headers["x-content-type-options"] == "nosniff"
        assert set(re.findall(r"https?://[^\s\"'`)]+", asset.text)) <= {"http://www.w3.org/2000/svg"}, name
    assert "CodeMirror" in get(server, "/editor.js").text[:200]


def test_graph_page_lies_beside_the_graph(server: Server, folder: Path, open_to_all: Server) -> None:
    """network.html of the same folder, under its own policy."""
    assert get(server, "/network.html").text == (folder / "network.html").read_text("utf-8")
    assert json.loads(get(open_to_all, "/about.json").text)["page"] is True


@pytest.fixture
def browse(chromium: Any, server: Server) -> Iterator[Callable[[str], Any]]:
    """The start page in a browser, in a language; what it complains of or asks elsewhere is a failure."""
    contexts, faults = [], []

    def opened(language: str) -> Any:
        context = chromium.new_context(locale=language, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" and "400 (Bad Request)" not in m.text else None)
        page.on("pageerror", lambda e: faults.append(str(e)))
        page.on("request", lambda r: None if r.url.startswith((server.url, "data:", "blob:")) else faults.append(r.url))
        page.goto(server.url)
        page.wait_for_selector("#questions button")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def test_a_shipped_question_is_answered_in_the_page(browse: Callable[[str], Any], server: Server) -> None:
    """Chinese reader: press a question, read the rows, follow a thing to the graph page."""
    page = browse("zh-CN")
    page.click("button[data-name='sums-at-least']")
    page.wait_for_selector("#result td")
    assert "行" in page.inner_text("#state")
    link = page.locator("#result td a").first
    assert "network.html#f=fact%2Ff_" in link.get_attribute("href")
    link.click()
    page.wait_for_selector("#panel")
    assert page.evaluate("state.chosen && FACTS[state.chosen.fact].id").startswith("fact/f_")


def test_things_link_to_their_node(browse: Callable[[str], Any]) -> None:
    """English reader: type a query, run it by the key, follow a branch to its node."""
    page = browse("en-US")
    page.click("#editor >> .cm-content")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("SELECT ?b ?v { ?b a gf:Branch . ?e gf:financier ?b ; gf:amount/gf:value ?v } ORDER BY ?v")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#result td a")
    assert "2 rows" in page.inner_text("#state")
    assert page.inner_text("#result td.number >> nth=0") == "5,000,000"
    page.locator("#result td a").first.click()
    page.wait_for_selector("#panel")
    assert page.evaluate("state.chosen && NODES[state.chosen.node].id") == handmade.BRANCH


def test_names_link_to_their_node(browse: Callable[[str], Any]) -> None:
    """The questions that ship answer with names: each leads to the one thing that has it."""
    page = browse("zh-CN")
    page.click("button[data-name='loans-by-financier']")
    page.wait_for_selector("#result td a")
    assert page.inner_text("#result td a >> nth=0") == "中国农业银行萧山支行"
    assert "network.html#n=agent%2F" in page.get_attribute("#result td a >> nth=0", "href")


def test_what_the_graph_says_is_only_text(chromium: Any, tmp_path: Path) -> None:
    """A label that is HTML is shown as it is written."""
    (tmp_path / "graph.ttl").write_text('<a:x> <a:p> "<img src=x onerror=document.title=1><script>document.title=2</script>" .')
    for server in started(open_server(tmp_path, size=1)):
        page = chromium.new_page()
        page.goto(server.url)
        page.wait_for_selector("#questions button")
        page.evaluate("editor.text = 'SELECT ?o { ?s ?p ?o }'")
        page.click("#run")
        page.wait_for_selector("#result td")
        assert page.inner_text("#result td").startswith("<img src=x")
        assert page.locator("#result img").count() == 0 and "SPARQL" in page.title()
        assert page.is_hidden("#page")
        page.close()


def test_csv_is_saved(browse: Callable[[str], Any]) -> None:
    """With the mark that makes a spreadsheet read it as UTF-8."""
    page = browse("en-US")
    page.evaluate(f"editor.text = {json.dumps(VILLAGES)}")
    page.click("#run")
    page.wait_for_selector("#csv:visible")
    with page.expect_download() as saved:
        page.click("#csv")
    assert Path(saved.value.path()).read_bytes().decode("utf-8") == "\ufeffname\r\n白鹤村\r\n"


def test_a_mistake_is_marked_in_the_page(browse: Callable[[str], Any]) -> None:
    """The message above the rows, the place in the editor; the language can be changed."""
    page = browse("en-US")
    page.evaluate("editor.text = 'SELECT * {\\n  ?s ?p }'")
    page.click("#run")
    page.wait_for_selector("#error:visible")
    assert "line 2, column 9" in page.inner_text("#error")
    page.wait_for_selector("#editor >> .cm-lint-marker-error")
    page.click("#language")
    assert page.inner_text("#run") == "运行"


# ---------------------------------------------------------------- the command

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("page", ["serve.md", "serve.zh-CN.md"])
def test_what_the_documents_show_runs(open_to_all: Server, page: str) -> None:
    """Each block of shell and Python, over this graph."""
    blocks = re.findall(r"^```(sh|python)\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.M | re.S)
    assert len(blocks) >= 1
    for kind, block in blocks:
        if kind == "sh" and not shutil.which("curl"):
            continue
        block = block.replace("http://127.0.0.1:7878/", open_to_all.url)
        command = ["sh", "-c", block] if kind == "sh" else [sys.executable, "-c", block]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", env={**os.environ, "NO_PROXY": "*", "no_proxy": "*", "PYTHONIOENCODING": "utf-8"})
        assert done.returncode == 0, done.stderr
        assert "白鹤村" in done.stdout or int(done.stdout) > 10


def test_a_taken_port_is_told(server: Server, folder: Path) -> None:
    """And no worker is left."""
    children = len(multiprocessing.active_children())
    with pytest.raises(KgError, match="cannot listen"):
        open_server(folder, port=server.server_port, size=1)
    assert len(multiprocessing.active_children()) == children


def test_command_serves_until_it_is_told_to_stop(folder: Path) -> None:
    """`kg serve` prints its address, answers, ends on a signal with code 0, and leaves no process behind."""
    command = [sys.executable, "-m", "kg", "serve", str(folder), "--port", "0", "--timeout", "5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", env={**os.environ, "LC_ALL": "C.UTF-8"}) as process:
        assert process.stdout
        line = process.stdout.readline()
        url = line.split()[-1]
        with urllib.request.urlopen(url + "?" + urlencode({"query": VILLAGES, "format": "csv"}), timeout=20) as reply:
            assert "白鹤村" in reply.read().decode()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == (0 if os.name != "nt" else 1)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["none.ttl"], "no graph at none.ttl", id="no graph"),
        pytest.param(["GRAPH", "--host", "203.0.113.1"], "cannot listen at 203.0.113.1:7878", id="not our address"),
        pytest.param(["GRAPH", "--port", "70000"], "--port", id="no port"),
    ],
)
def test_command_says_why_it_cannot(folder: Path, args: list[str], said: str) -> None:
    """One line, exit code 2."""
    command = [sys.executable, "-m", "kg", "serve", *(str(folder) if a == "GRAPH" else a for a in args)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=60)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
