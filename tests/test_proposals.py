"""A model in the loop: it may propose facts over what is found already; whatever it says, only what the checks let pass is in the graph."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kg import build, documents, endpoint, outputs, pack, proposals, scores
from kg.checks import check
from kg.cli import main
from kg.errors import KgError
from kg.extract import read
from kg.model import DocumentFacts
from kg.rdf import write_turtle

TEXT = "1200万元放款了！梅林村乐开了花，工行萧山分行也高兴。其中120亩茶园归农行萧山分行的“兴农贷”支持，86户报了名。茶香。竹海与千万工程。\n"
LOAN = {"kind": "FinancingEvent", "amount": "q1", "financier": ["m2"], "recipient": ["m1"], "instrument": "loan", "stage": "disbursed"}
AREA = {"kind": "Observation", "amount": "q2", "about": "m1"}
HELP = {"kind": "Claim", "subject": "m3", "predicate": "supports", "object": "m1"}


def parts_of(text: str = TEXT) -> list[DocumentFacts]:
    return build.extract_all([documents.Document(documents.text_source(text, "a.txt"))])[0]


def proposed(*rows: object, answer: str | None = None) -> tuple[DocumentFacts, proposals.Tally]:
    """What becomes of rows that a model answers with."""
    (part,), tally = proposals.enrich(parts_of(), pack.load(), "test", lambda _: json.dumps({"facts": rows}) if answer is None else answer)
    return part, tally


# ---------------------------------------------------------------- what is asked, what is let pass


def test_a_prompt_shows_the_things_and_the_free_numbers() -> None:
    """By passage, each with a mark; numbers that a fact holds are plain text."""
    prompts: list[str] = []
    proposals.enrich(parts_of(), pack.load(), "test", lambda prompt: prompts.append(prompt) or "{}")
    (prompt,) = prompts
    assert prompt.startswith(
        "1 ⟦q1|1200万元⟧放款了！\n2 ⟦m1|Village|梅林村⟧乐开了花，⟦m2|Branch|工行萧山分行⟧也高兴。\n3 其中⟦q2|120亩⟧茶园归⟦m3|Branch|农行萧山分行⟧的“⟦m4|"
    )
    (sure,) = parts_of("截至2023年6月末，工行萧山分行涉农贷款余额48.7亿元。")
    assert proposals.free(sure) == frozenset()


def test_a_grounded_proposal_becomes_a_fact_with_evidence() -> None:
    """It combines places of the text, says who found it, and is less sure than a rule's."""
    before = parts_of()[0]
    part, tally = proposed(LOAN, AREA, HELP)
    assert (tally.proposed, tally.accepted, tally.dropped) == (3, {"Claim": 1, "FinancingEvent": 1, "Observation": 1}, {})
    new = [f for f in part.facts if f.found_by == "llm:test"]
    assert len(new) == 3 and {f.confidence for f in new} == {proposals.CONFIDENCE}
    loan = next(f for f in new if f.kind == "FinancingEvent")
    article = part.articles[0]
    assert {article.at(m.span) for e in loan.evidence for m in e.mentions} == {"1200万元", "梅林村", "工行萧山分行"}
    assert loan.role("financier") == ("agent/中国工商银行萧山分行",) and loan.role("aggregation") == ("gfc:single",)
    assert {f.id for f in before.facts} <= {f.id for f in part.facts}  # nothing is taken away
    graph = build.sure(build.merge([part]))
    held = [a.mention for f in graph.facts for _, a in f.amounts] + [a.amount.mention for a in graph.asides]
    assert len(held) == len(set(held)) and any(m.span == loan.amounts[0][1].mention.span for m in held)


LIES = [
    pytest.param({**LOAN, "recipient": ["m99"]}, "span", id="a mark that is not there"),
    pytest.param({**LOAN, "recipient": ["北京市"]}, "span", id="a name of its own"),
    pytest.param({**LOAN, "recipient": [{"start": 0, "end": 3}]}, "span", id="a span of its own"),
    pytest.param({**LOAN, "amount": "9亿元"}, "span", id="a sum of its own"),
    pytest.param({**LOAN, "amount": 1200}, "amount", id="a number for a mark"),
    pytest.param({**LOAN, "amount": "m1"}, "span", id="a thing for a sum"),
    pytest.param({k: v for k, v in LOAN.items() if k != "amount"}, "amount", id="no sum"),
    pytest.param({**LOAN, "amount": "q2"}, "amount", id="an area for a sum"),
    pytest.param({**LOAN, "financier": ["m4"]}, "slot", id="a product that lends"),
    pytest.param({**LOAN, "product": ["m1"]}, "slot", id="a village for a product"),
    pytest.param({**LOAN, "financier": ["m2", "m2"], "recipient": []}, "", id="said twice is once"),
    pytest.param({**LOAN, "recipient": ["m2"]}, "contradicted", id="lends to itself"),
    pytest.param({**LOAN, "financier": [], "recipient": []}, "form", id="nobody lends to nobody"),
    pytest.param({**LOAN, "instrument": "gift"}, "concept", id="an instrument that is none"),
    pytest.param({**LOAN, "stage": ["disbursed"]}, "concept", id="a list for a stage"),
    pytest.param({**LOAN, "instrument": "donation"}, "unworded", id="an instrument that the text does not name"),
    pytest.param({**LOAN, "stage": "repaid"}, "unworded", id="a stage that the text does not name"),
    pytest.param({**LOAN, "product": ["m4"], "guarantor": ["m3"]}, "far", id="a party two passages away"),
    pytest.param({**LOAN, "confidence": 1.0}, "role", id="a field that was not asked for"),
    pytest.param({**LOAN, "kind": "Scandal"}, "kind", id="a kind that is none"),
    pytest.param({**LOAN, "kind": ["FinancingEvent"]}, "kind", id="a list for a kind"),
    pytest.param("FinancingEvent", "form", id="a string for a fact"),
    pytest.param(None, "form", id="null for a fact"),
    pytest.param({**AREA, "about": ["m1", "m2"]}, "form", id="two things measured"),
    pytest.param({**AREA, "amount": "q1"}, "far", id="a thing named in the passage after"),
    pytest.param({**AREA, "about": []}, "form", id="nothing measured"),
    pytest.param({**AREA, "metric": "gfc:loans"}, "role", id="a metric of its own"),
    pytest.param({**HELP, "predicate": "owns"}, "role", id="a relation that is none"),
    pytest.param({**HELP, "predicate": "finances"}, "role", id="a relation that money alone makes"),
    pytest.param({**HELP, "predicate": "offers"}, "slot", id="offers a village"),
    pytest.param({**HELP, "subject": "m1", "object": "m1"}, "contradicted", id="a thing and itself"),
    pytest.param({**HELP, "object": []}, "form", id="one end only"),
    pytest.param({**HELP, "subject": "m3", "predicate": "offers", "object": "m4"}, "known", id="what the rules found"),
    pytest.param({**HELP, "subject": "m1", "predicate": "participatesIn", "object": "m5"}, "far", id="parties far apart"),
    pytest.param({"kind": "AgreementEvent", "party": ["m1", "m2"]}, "unworded", id="an agreement that nobody signed"),
    pytest.param({"kind": "AgreementEvent", "party": ["m1", "m1"]}, "form", id="an agreement with oneself"),
    pytest.param({"kind": "Tenure", "member": "m1"}, "kind", id="a post"),
]


@pytest.mark.parametrize(("row", "reason"), LIES)
def test_an_ungrounded_proposal_is_counted_and_dropped(row: object, reason: str) -> None:
    """With its reason; the document stays as it was."""
    part, tally = proposed(row)
    if reason:
        assert (tally.accepted, tally.dropped) == ({}, {reason: 1})
        assert part == parts_of()[0]
    else:
        assert not tally.dropped


def test_every_reason_has_words_and_a_proposal() -> None:
    """In both languages; each is met by one of the lies above or by its own test."""
    met = {p.values[1] for p in LIES} - {""} | {"excess"}  # type: ignore[attr-defined]
    assert met == set(proposals.REASONS)


def test_a_sum_states_one_fact() -> None:
    """The second proposal of a sum is dropped, and so is one that says otherwise of money, measures and relations that are known."""
    _, tally = proposed(LOAN, LOAN, {**AREA, "amount": "q1"}, HELP, {**HELP}, AREA, {"kind": "Claim", "subject": "m3", "predicate": "unitOf", "object": "m2"})
    assert (tally.accepted, tally.dropped) == ({"Claim": 1, "FinancingEvent": 1, "Observation": 1}, {"amount": 2, "contradicted": 1, "known": 1})
    (before,) = parts_of(TEXT.replace("放款", "放款额度"))
    (after,), _ = proposals.enrich([before], pack.load(), "test", lambda _: json.dumps({"facts": [LOAN]}))
    reading = read(before.articles[0], pack.load())
    (window,) = proposals.windows(reading, proposals.free(before))
    again = replace(after, asides=before.asides)  # as if the sum stood there once more
    for row, why in ((LOAN, "known"), ({**LOAN, "recipient": []}, "known"), ({**LOAN, "stage": "approved"}, "contradicted")):
        with pytest.raises(Exception, match=why):
            proposals.check(row, window, reading.scene, again, "llm:test")


def test_what_the_text_denies_is_not_reported() -> None:
    """Status comes from the words of the text, not from the model."""
    denied = "1200万元未放款！梅林村不乐，工行萧山分行也不乐。"
    (part,), tally = proposals.enrich(parts_of(denied), pack.load(), "test", lambda _: json.dumps({"facts": [LOAN]}))
    assert [f.status for f in part.facts if f.found_by == "llm:test"] == ["negated"] * sum(tally.accepted.values())


@pytest.mark.parametrize("answer", ["", "Sorry.", "[]", '{"facts": {}}', "{" * 5000, '{"facts": [' + "[" * 100_000, "\x00\ud800{}", '{"facts":[{"kind":"Cl'])
def test_garbage_is_no_answer(answer: str) -> None:
    """It is told and counted, and nothing comes of it."""
    part, tally = proposed(answer=answer)
    assert part == parts_of()[0]
    assert (tally.unreadable, [p.slug for p in tally.problems]) == (1, ["llm-answer"]) or answer.endswith("{}")


def test_too_long_an_answer_is_cut() -> None:
    """The first hundred proposals are looked at, the others are counted."""
    _, tally = proposed(*[AREA] * (proposals.MOST + 5))
    assert tally.dropped == {"amount": proposals.MOST - 1, "excess": 5}


def test_the_order_of_documents_does_not_matter() -> None:
    """Each is asked about alone."""
    both = [*parts_of(), *build.extract_all([documents.Document(documents.text_source(TEXT + "完。", "b.txt"))])[0]]
    answer = json.dumps({"facts": [LOAN, AREA]})
    one, tally = proposals.enrich(both, pack.load(), "test", lambda _: answer)
    two, other = proposals.enrich(both[::-1], pack.load(), "test", lambda _: answer)
    assert build.merge(one) == build.merge(two) and tally == other


def at_random(prompt: str) -> str:
    """Any marks in any roles, as a model that understands the form and nothing else."""
    random = Random(prompt)
    things, numbers = re.findall(r"⟦(m\d+)\|", prompt), re.findall(r"⟦(q\d+)\|", prompt) or ["q1"]
    rows = []
    for _ in range(90):
        near = things[random.randrange(len(things)) :][:6]
        money = {"instrument": random.choice(["loan", "grant", "creditLine"]), "stage": random.choice(["disbursed", "approved", "repaid"])}
        party, other = random.choice(near), random.choice(near)
        rows += [
            {"kind": "FinancingEvent", "amount": random.choice(numbers), "financier": [party], "recipient": [other], **money},
            {"kind": "Observation", "amount": random.choice(numbers), "about": party},
            {"kind": "AgreementEvent", "party": [party, other]},
            {"kind": "Claim", "subject": party, "predicate": random.choice(["supports", "unitOf", "offers", "issues", "cooperatesWith"]), "object": other},
        ]
    random.shuffle(rows)
    return json.dumps({"facts": rows})


def test_whatever_is_proposed_the_graph_stays_sound(tmp_path: Path) -> None:
    """A model at random over real articles: every fact of the rules is still there, no number has two owners, and `kg check` finds nothing new."""
    texts = sorted((Path(__file__).parent / "gold" / "dev").glob("*.txt"))[:6]
    parts = build.extract_all(documents.read_inputs(texts).documents)[0]
    new, tally = proposals.enrich(parts, pack.load(), "random", at_random)
    assert tally.accepted and tally.dropped
    graphs = [build.sure(build.merge(p)) for p in (parts, new)]
    assert {f.id for f in graphs[0].facts} < {f.id for f in graphs[1].facts}
    found = []
    for name, graph in zip("ab", graphs, strict=True):
        (tmp_path / f"{name}.ttl").write_text(write_turtle(graph), "utf-8", newline="\n")
        found.append({(f.check, f.where) for f in check(tmp_path / f"{name}.ttl", None)})
    assert found[1] <= found[0]


# ---------------------------------------------------------------- an endpoint that is honest, and others

Reply = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


class Stub:
    """A server of the OpenAI kind on this machine; `replies` are what it does, one after the other, the last for ever."""

    def __init__(self, *replies: Reply) -> None:
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                stub.asked.append((self.path, dict(self.headers), body))
                with contextlib.suppress(OSError):  # the other side has gone
                    replies[min(len(stub.asked), len(replies)) - 1](self, body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def __enter__(self) -> Stub:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def status(code: int, body: bytes = b"{}", **headers: str) -> Reply:
    def reply(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def says(content: object) -> Reply:
    return status(200, json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode())


def drips(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
    """A byte now and then, and never the end of the head."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _n in range(200):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.02)


HONEST = says(json.dumps({"facts": [LOAN, AREA, HELP]}))
FAST = {"timeout": 0.5, "pause": 0.0}


def asker(stub: Stub, cache: Path | None = None, **options: float) -> endpoint.Asker:
    return endpoint.Asker(replace(endpoint.endpoint(stub.url, "test"), **{**FAST, **options}), cache)  # type: ignore[arg-type]


def test_a_request_is_of_the_openai_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """One system and one user message, no randomness, JSON asked for, the key as bearer; a proxy is not used for this machine."""
    monkeypatch.setenv("KG_LLM_KEY", "secret")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with Stub(HONEST) as stub:
        assert json.loads(asker(stub)("1 梅林村"))["facts"][0] == LOAN
    ((path, headers, body),) = stub.asked
    assert path == "/v1/chat/completions" and headers["Authorization"] == "Bearer secret"
    assert (body["model"], body["temperature"], body["seed"], body["response_format"]) == ("test", 0, 0, {"type": "json_object"})
    assert [m["role"] for m in body["messages"]] == ["system", "user"] and body["messages"][1]["content"] == "1 梅林村"


FAULTS: list[object] = [
    pytest.param([status(500)], 3, "HTTP 500", id="500 for ever"),
    pytest.param([status(429, Retry_After="0")], 3, "HTTP 429", id="429 for ever"),
    pytest.param([status(401)], 1, "HTTP 401", id="a key refused"),
    pytest.param([status(302, Location="http://127.0.0.1:9/")], 1, "HTTP 302", id="sent elsewhere"),
    pytest.param([status(400)], 2, "HTTP 400", id="a request refused, the plain one too"),
    pytest.param([status(200, b"<html>")], 3, "not a reply", id="a page"),
    pytest.param([status(200, b'{"choices": []}')], 3, "not a reply", id="no choice"),
    pytest.param([status(200, b'"' + b"x" * (endpoint.LIMIT + 9))], 3, "more than", id="a huge answer"),
    pytest.param([drips], 1, "no answer in", id="a slow drip"),
    pytest.param([lambda handler, _: time.sleep(2)], 1, "no answer in", id="no answer"),
    pytest.param([lambda handler, _: handler.connection.close()], 3, "", id="hangs up"),
    pytest.param([status(200, b"\xff", Content_Encoding="gzip")], 3, "not a reply", id="not text"),
]


@pytest.mark.parametrize(("replies", "times", "why"), FAULTS)
def test_an_endpoint_that_fails_is_told(replies: Sequence[Reply], times: int, why: str) -> None:
    """In a line that names the host, after a few tries where they may help."""
    with Stub(*replies) as stub, pytest.raises(KgError) as caught:
        asker(stub, tries=3, timeout=0.2 if "no answer" in why else 5)("1 梅林村")
    assert caught.value.slug == "llm-failed" and why in str(caught.value.values["why"])
    assert str(caught.value.values["host"]) in stub.url and len(stub.asked) == times


def test_a_fault_that_passes_is_got_over() -> None:
    """Busy first, then an answer; a server that knows no JSON mode is asked plainly."""
    with Stub(status(503), HONEST) as stub:
        assert "FinancingEvent" in asker(stub, timeout=5)("1 梅林村")
    with Stub(status(400), HONEST) as stub:
        assert "FinancingEvent" in asker(stub, timeout=5)("1 梅林村")
    assert [set(body) for _, _, body in stub.asked][1] == {"model", "messages", "temperature"}


def test_too_many_faults_end_the_asking() -> None:
    """The rest goes without, and the endpoint is left alone."""
    with Stub(status(500)) as stub:
        ask = asker(stub, tries=1, failures=2, timeout=5)
        slugs = []
        for n in range(4):
            with pytest.raises(KgError) as caught:
                ask(f"{n} 梅林村")
            slugs.append(caught.value.slug)
    assert slugs == ["llm-failed", "llm-failed", "llm-stopped", "llm-stopped"] and len(stub.asked) == 2
    for code, after in ((401, "llm-stopped"), (413, "llm-failed")):  # a key refused is so for all; a text too long is one text's fault
        with Stub(status(code)) as stub:
            ask = asker(stub, timeout=5)
            for slug in ("llm-failed", after):
                with pytest.raises(KgError) as caught:
                    ask("1 梅林村")
                assert caught.value.slug == slug


def test_an_endpoint_that_is_not_there_is_told() -> None:
    """Nothing listens."""
    with Stub(HONEST) as stub:
        pass
    with pytest.raises(KgError) as caught:
        asker(stub, timeout=5)("1 梅林村")
    assert caught.value.slug == "llm-failed"


@pytest.mark.parametrize(
    "url", ["127.0.0.1:1", "ftp://x/v1", "http://", "http://me:secret@host/v1", "http://host:99999999/v1", "http://[::1", "http://h/v1?a=b", "http://h/\n"]
)
def test_an_address_that_is_none_is_told(url: str) -> None:
    """And no password in it is shown."""
    with pytest.raises(KgError) as caught:
        endpoint.endpoint(url, "m")
    assert caught.value.slug == "llm-url" and "secret" not in str(caught.value)


def test_a_key_goes_where_it_belongs(monkeypatch: pytest.MonkeyPatch) -> None:
    """KG_LLM_KEY wherever asked; OPENAI_API_KEY only over https or to this machine; one that cannot be a key is told without being shown."""
    monkeypatch.delenv("KG_LLM_KEY", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "theirs")
    urls = ["http://10.0.0.1/v1", "https://llm.example/v1", "http://localhost:1/v1", "http://[::1]:1/v1"]
    assert [endpoint.key(endpoint.endpoint(u, "m")) for u in urls] == ["", "theirs", "theirs", "theirs"]
    monkeypatch.setenv("KG_LLM_KEY", "own")
    assert {endpoint.key(endpoint.endpoint(u, "m")) for u in urls} == {"own"}
    monkeypatch.setenv("KG_LLM_KEY", "se\ncret")
    with pytest.raises(KgError) as caught:
        endpoint.key(endpoint.endpoint(urls[0], "m"))
    assert caught.value.slug == "llm-key" and "cret" not in str(caught.value)


# ---------------------------------------------------------------- the commands

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kg(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    Path("a.txt").write_text(TEXT, "utf-8")

    def run(*args: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(args)
        return int(str(end.value.code or 0)), *capsys.readouterr()

    yield run


def files(folder: str) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in Path(folder).iterdir() if p.is_file()}


BUILD = ("build", "a.txt", "--formats", "turtle,report", "-o")


def test_a_rebuild_needs_no_endpoint_and_gives_the_same_bytes(kg: Run) -> None:
    """The answers are kept by content; where the text goes is said first; the graph says which model proposed what, and is sound."""
    with Stub(HONEST) as stub:
        code, out, err = kg(*BUILD, "one", "--llm", stub.url, "--model", "test")
        assert (code, err) == (0, f"kg: texts will be sent to {stub.url.split('/')[2]} (model test)\n")
        assert "test proposed 3: 3 taken · 0 dropped" in out
    assert kg(*BUILD, "two", "--llm", stub.url, "--model", "test", "--llm-cache", "one/.kg-llm-cache")[0] == 0
    assert files("one") == files("two") and len(stub.asked) == 1
    report = json.loads(Path("one/report.json").read_text("utf-8"))
    assert report["proposals"]["accepted"] == {"Claim": 1, "FinancingEvent": 1, "Observation": 1}
    turtle = Path("one/graph.ttl").read_text("utf-8")
    assert 'gf:model "test, prompt 1"' in turtle and turtle.count('gf:foundBy "llm:test"') == 3
    assert [f for f in check(Path("one/graph.ttl"), None) if f.severity == "error"] == []


def test_without_the_option_nothing_is_sent_and_nothing_changes(kg: Run) -> None:
    """Off by default: no line of the report speaks of a model."""
    assert kg(*BUILD, "one")[0] == 0
    assert "proposals" not in Path("one/report.json").read_text("utf-8") and not Path("one/.kg-llm-cache").exists()


def test_a_build_goes_on_without_the_endpoint(kg: Run) -> None:
    """One line tells it, exit code 1, and the graph is that of the rules."""
    with Stub(status(404)) as stub:
        code, out, err = kg(*BUILD, "one", "--llm", stub.url, "--model", "test")
    assert code == 1 and err.count("\n") == 2 and "gave no answer (HTTP 404)" in err
    assert kg(*BUILD, "two")[0] == 0
    assert Path("one/graph.ttl").read_bytes() == Path("two/graph.ttl").read_bytes()
    assert "no usable answer to 1 of 1 texts" in out


def test_a_liar_changes_nothing(kg: Run) -> None:
    """Whatever it says, the graph is that of the rules, and the summary counts its lies by reason."""
    lies = [p.values[0] for p in LIES if p.values[1]]  # type: ignore[attr-defined]
    with Stub(says(json.dumps({"facts": lies}))) as stub:
        code, out, _ = kg(*BUILD, "one", "--llm", stub.url, "--model", "test")
    assert code == 0 and f"proposed {len(lies)}: 0 taken · {len(lies)} dropped" in out and "points at no mention of the text" in out
    assert kg(*BUILD, "two")[0] == 0
    assert Path("one/graph.ttl").read_bytes() == Path("two/graph.ttl").read_bytes()


def test_a_damaged_answer_that_was_kept_is_asked_for_again(kg: Run) -> None:
    """A cache is a help, not a source."""
    with Stub(HONEST) as stub:
        kg(*BUILD, "one", "--llm", stub.url, "--model", "test")
        (kept,) = Path("one/.kg-llm-cache").iterdir()
        kept.write_bytes(kept.read_bytes()[:20])
        assert kg(*BUILD, "one", "--llm", stub.url, "--model", "test")[0] == 0
    assert len(stub.asked) == 2


@pytest.mark.parametrize(
    "args", [["--llm", "http://127.0.0.1:1/v1"], ["--model", "m"], ["--llm", "http://127.0.0.1:1/v1", "--model", "\udc80"], ["--llm", "here", "--model", "m"]]
)
def test_half_an_option_is_told(kg: Run, args: list[str]) -> None:
    """One line, exit code 2."""
    code, _, err = kg(*BUILD, "one", *args)
    assert code == 2 and err.count("\n") == 1 and not Path("one").exists()


def test_evaluate_shows_what_the_model_adds(kg: Run) -> None:
    """Each measure without it, with it, and the difference; as JSON too."""
    Path("gold").mkdir()
    Path("gold/a.txt").write_text(TEXT, "utf-8")
    things = [{"id": "e1", "type": "BankBranch", "name": "工行萧山分行"}, {"id": "e2", "type": "Division", "level": "village", "name": "梅林村"}]
    amount = {"value": 12000000, "unit": "CNY", "qual": "exact"}
    money = {"kind": "loan", "lender": "e1", "recipient": ["e2"], "purpose": [], "product": None, "amount": amount, "time": None, "quote": "1200万元"}
    gold = {"entities": things, "relations": [], "posts": [], "financings": [money], "observations": []}
    Path("gold/a.json").write_text(json.dumps(gold, ensure_ascii=False), "utf-8")
    with Stub(HONEST) as stub:
        code, out, _ = kg("evaluate", "gold", "--llm", stub.url, "--model", "test", "--llm-cache", "kept")
        assert code == 0, out
        figures = json.loads(kg("evaluate", "gold", "--llm", stub.url, "--model", "test", "--llm-cache", "kept", "--json")[1])
    assert len(stub.asked) == 1
    assert "without" in out and "test proposed 3: 3 taken" in out
    assert figures["financing"]["tp"] - figures["without_model"]["financing"]["tp"] == 1
    assert scores.evaluate(Path("gold")).proposed == () and outputs.LLM_CACHE not in {p.name for p in Path("gold").iterdir()}
