"""The commands that take what a build made: query, explain, check, review, serve, diff, export, load."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .cli_options import PATH
from .errors import KgError, say


@click.command("query")
@click.argument("graph", type=PATH)
@click.argument("query", required=False)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True, help="How to print rows. 输出形式。")
@click.option("--set", "--bind", "bindings", multiple=True, metavar="NAME=VALUE", help="Give a variable of the query its value. 给变量赋值。")
@click.option("--any-sum", is_flag=True, help="Sum money of different kinds all the same. 不同性质的金额也照样相加。")
@click.option("-o", "--output", "out", type=PATH, metavar="FILE", help="Write to a file instead of stdout. 写入文件。")
def query_(graph: Path, query: str | None, form: str, bindings: tuple[str, ...], any_sum: bool, out: Path | None) -> None:
    """Ask a graph in SPARQL: a string, a .rq file or the name of a query that ships (listed where none is given).
    用 SPARQL 查询图：一段文字、.rq 文件或自带查询的名字（不给则列出）。

    \b
    All prefixes are known. 前缀都已知。
    Example 例：
      kg query output/graph.ttl loans-by-bank
      kg query output/graph.ttl projects-of-programme --set programme=千万工程
      kg query output/graph.ttl "SELECT ?name { ?x a gf:Village ; skos:prefLabel ?name }"
    """
    from . import query as queries

    if query is None:
        for named in queries.named_queries():
            click.echo(f"{named.name:28}{say(named.zh, named.en)}" + (f"  [{' '.join(named.bind)}]" if named.bind else ""))
        return
    for binding in bindings:
        if "=" not in binding:
            raise click.BadParameter(say(f"应写成 名=值：{binding}", f"write it as NAME=VALUE: {binding}"), param_hint="--set")
    table = queries.run_query(graph, query, {b.split("=", 1)[0]: b.split("=", 1)[1] for b in bindings}, any_sum=any_sum)
    if table.said:
        click.echo(say("kg：", "kg: ") + table.said, err=True)
    if form != "table":
        for note in table.notes:
            click.echo(note, err=True)
    text = {"table": table.to_text, "csv": table.to_csv, "json": table.to_json}[form]()
    if out is None:
        click.echo(text, nl=False)
        return
    from .view import write_whole

    try:
        write_whole(out, text.encode())
    except OSError as error:
        raise KgError("out-unwritable", path=out, why=error.strerror) from None


@click.command("explain")
@click.argument("graph", type=PATH)
@click.argument("term")
def explain_(graph: Path, term: str) -> None:
    """Say why the graph says it: an entity by name, a fact by id, or a place in a file (file:offset).
    解释图中的内容：实体名、事实编号，或 文件:偏移。

    \b
    Shows the sentence with its roles marked, and the rule. 显示标出角色的原句和规则。
    Example 例：
      kg explain output/graph.ttl 工行萧山分行
    """
    from . import explain

    click.echo(explain.explain(graph, term).rstrip())


@click.command("check")
@click.argument("graph", type=PATH)
@click.option("--sources", type=PATH, metavar="DIR", help="Cut every quote again from the files there. 用原文核对每处引文。")
@click.option("--all", "every", is_flag=True, help="List every place, not the first twenty of a problem. 列出全部位置。")
def check_(graph: Path, sources: Path | None, every: bool) -> None:
    """Look for contradictions, broken rules (SHACL) and broken evidence in a graph.
    检查图中的矛盾、违反规则（SHACL）之处和失效的证据。

    \b
    Exit code 0: nothing; 1: the graph is broken; 3: something to look at.
    退出码 0：无；1：图有错；3：有待查看之处。
    Example 例：
      kg check output/graph.ttl --sources seeds/
    """
    from . import checks

    findings = checks.check(graph, sources)
    click.echo(checks.report_text(findings, 0 if every else 20), nl=False)
    count = {s: sum(f.severity == s for f in findings) for s in checks.SEVERITIES}
    click.echo(say("错误 {error} · 警告 {warning} · 提示 {note}", "errors {error} · warnings {warning} · notes {note}").format(**count), err=True)
    sys.exit(checks.exit_code(findings))


@click.command("review")
@click.argument("graph", type=PATH)
@click.option("-o", "--output", "out", type=PATH, metavar="FILE", help="The page [default: review.html beside the graph]. 输出网页。")
@click.option("--list", "as_list", is_flag=True, help="Print lines instead of a page. 输出文本行，不写网页。")
@click.option("--below", default=0.7, show_default=True, type=click.FloatRange(0, 1), help="List facts of less confidence. 列出低于此置信度的事实。")
@click.option("--corrections", "corrected", type=PATH, metavar="FILE", help="The corrections.tsv that the build reads. 建图所用的更正表。")
@click.option("--most", default=300, show_default=True, type=click.IntRange(min=0), metavar="N", help="Rows of a kind; 0: all. 每类最多几条，0 为全部。")
def review_(graph: Path, out: Path | None, as_list: bool, below: float, corrected: Path | None, most: int) -> None:
    """List what deserves a person's look, on a page whose answers are lines of corrections.tsv.
    列出值得人看一眼的地方；在网页上作答，即得 corrections.tsv 的行。

    \b
    Unsure facts, conflicts, things that may be one, unused numbers, corrections that did nothing.
    把握不大的事实、互相矛盾之处、可能同一的事物、未用的数字、未生效的更正。
    Example 例：
      kg review output/graph.ttl -o review.html
    """
    from . import query as queries
    from . import review

    data = queries.read_graph(graph)
    found = review.review(data, corrected, below=below, most=most)
    for file in found.files:
        click.echo(say(f"kg：更正表 {file.as_posix()}", f"kg: corrections from {file.as_posix()}"), err=True)
    if as_list:
        click.echo(review.to_list(found), nl=False)
        return
    from . import review_page
    from .view import write_whole

    out = out or data.path.with_name("review.html")
    try:
        write_whole(out, review_page.write_page(found, data.path, below=below).encode())
    except OSError as error:
        raise KgError("out-unwritable", path=out, why=error.strerror) from None
    click.echo(say(f"待看 {found.open}：", f"To look at {found.open}: ") + review.summary(found))
    click.echo(out.as_posix())


@click.command("serve")
@click.argument("graph", type=PATH)
@click.option("--port", default=7878, show_default=True, type=click.IntRange(0, 65535), metavar="N", help="0: any that is free. 端口，0 为任一空闲端口。")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen at. 监听地址。")
@click.option(
    "--timeout", default=30.0, show_default=True, type=click.FloatRange(0.1, 3600), metavar="SECONDS", help="A query that takes longer is ended. 查询时限。"
)
@click.option("--cors", is_flag=True, help="Let pages of other sites ask. 允许其他网站的网页查询。")
def serve_(graph: Path, port: int, host: str, timeout: float, cors: bool) -> None:
    """Answer SPARQL over HTTP, read-only, with a start page. Ctrl-C ends it.
    以 HTTP 提供 SPARQL 查询（只读）和查询页面；按 Ctrl-C 结束。

    \b
    Example 例：
      kg serve output/
    """
    from . import serve

    server = serve.open_server(graph, host, port, timeout=timeout, cors=cors)
    if not server.site.local:
        click.echo(say(f"kg：{host} 不是本机回环地址，网络上的其他人也能查询。", f"kg: {host} is not loopback: others on the network can ask too."), err=True)
    click.echo(say(f"{server.url}  SPARQL 端点：{server.url}sparql", f"{server.url}  SPARQL endpoint: {server.url}sparql"))
    serve.serve(server)


@click.command("diff")
@click.argument("before", type=PATH, metavar="A")
@click.argument("after", type=PATH, metavar="B")
@click.option("--json", "as_json", is_flag=True, help="Print JSON. 以 JSON 输出。")
def diff_(before: Path, after: Path, as_json: bool) -> None:
    """Show what was added, removed and changed from one graph to another.
    比较两张图：新增、删去、改动的实体和事实。

    \b
    Exit code 0: the same; 1: different; 2: a graph cannot be read.
    退出码 0：相同；1：不同；2：读不了。
    Example 例：
      kg diff yesterday/graph.ttl output/graph.ttl
    """
    from . import diff

    found = diff.diff(before, after)
    click.echo(diff.to_json(found) if as_json else diff.to_text(found), nl=False)
    sys.exit(0 if found.same else 1)


@click.command("export")
@click.argument("graph", type=PATH)
@click.option("-o", "--output", "out", required=True, type=PATH, metavar="DIR", help="Folder to write into. 输出目录。")
@click.option("--tables", is_flag=True, required=True, help="Parquet and CSV, one row a fact. 表格：每行一个事实。")
def export_(graph: Path, out: Path, tables: bool) -> None:
    """Write a graph as tables for DuckDB, pandas and the like.
    把图导出为表格，供 DuckDB、pandas 等使用。

    \b
    Needs pyarrow 需要 pyarrow: pip install "gongfu-kg[tables]"
    Example 例：
      kg export --tables output/graph.ttl -o tables/
    """
    from . import query as queries
    from . import records

    records.require_pyarrow()
    data = queries.read_graph(graph)
    try:
        written = records.write_tables(data.select, out)
    except OSError as error:
        raise KgError("out-unwritable", path=out, why=error.strerror) from None
    for path in written:
        click.echo(path.as_posix())


@click.command("load")
@click.argument("shards", type=PATH)
@click.option("-o", "--output", "out", required=True, type=PATH, metavar="STORE", help="Folder of the store; an earlier store is replaced. 图库目录。")
@click.option("--graphs", is_flag=True, help="Keep a named graph for each article: twice the time and room. 每篇文章保留一个命名图。")
def load_(shards: Path, out: Path, graphs: bool) -> None:
    """Load shards into a store on disk, which query, explain, check and serve take in place of a graph file.
    把图分片装入磁盘上的图库，供 query、explain、check、serve 使用。

    \b
    For graphs too big for memory. An earlier store stays whole until the new one is.
    适合内存放不下的图；装好之前，原有图库不动。
    Example 例：
      kg build news/ -o output/ --formats shards
      kg load output/shards -o store/
      kg query store/ loans-by-bank
    """
    from . import ondisk

    stored, made = ondisk.load(shards, out, graphs=graphs)
    if not made:
        click.echo(say(f"kg：{out.as_posix()} 已是这些分片，未重新装载", f"kg: {out.as_posix()} holds these shards already"), err=True)
    click.echo(say(f"{out.as_posix()}：{stored.statements} 条陈述", f"{out.as_posix()}: {stored.statements} statements"))


COMMANDS = (query_, explain_, check_, review_, serve_, diff_, export_, load_)
