"""The command line. Only click is imported here: each command imports what it needs.

stdout has the data, stderr the messages. Exit codes: 0 all well; 1 something was left out or found wrong; 2 nothing was done;
3 (check) something to look at.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from . import __version__, streams
from .errors import KgError, say

FORMATS = "turtle,html,graphml,gexf,csv,xlsx,report"
PATH = click.Path(path_type=Path)

pack_option = click.option(
    "--pack",
    "packs",
    type=PATH,
    multiple=True,
    metavar="DIR",
    help="Lay a rule pack over the default one: a folder or the name of one that ships. 叠加规则包：目录，或自带包的名字。",
)
date_option = click.option("--date", "day", metavar="DATE", help="Issue date of the one undated text, as 2023-07-11. 唯一一份未注明日期的文本的日期。")
base_option = click.option("--base", default="", metavar="IRI", help="Address that the names of things begin with. 实例 IRI 的前缀。")


def llm_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a language model that may propose facts, as one value `llm` and its cache."""
    for option in reversed(
        (
            click.option("--llm", "url", metavar="URL", help="An OpenAI-compatible endpoint that may propose facts; texts are sent there. 语言模型地址。"),
            click.option("--model", metavar="NAME", help="Its model. 模型名。"),
            click.option("--llm-cache", "llm_cache", type=PATH, metavar="DIR", help="Where its answers are kept. 模型回答的存放目录。"),
            click.option("--llm-timeout", "seconds", type=click.FloatRange(0.1, 3600), default=120.0, metavar="SECONDS", help="For an answer. 回答时限。"),
        )
    ):
        command = option(command)
    return command


def _model(url: str | None, model: str | None, seconds: float) -> Any:
    """The endpoint that the options name, None without them; where the texts will go is said first."""
    if not url and not model:
        return None
    if not url or not model:
        raise KgError("llm-model")
    from .endpoint import endpoint

    made = endpoint(url, model, seconds)
    told = say(f"kg：文本将发送至 {made.host}（模型 {model}）", f"kg: texts will be sent to {made.host} (model {model})")
    click.echo(told, err=True)
    return made


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="kg")
def cli() -> None:
    """Chinese local news on rural revitalisation and finance as a knowledge graph.
    把乡村振兴与金融新闻变成知识图谱。

    \b
    First steps 先试：
      kg try "工行萧山分行为北干街道集中安置房项目投放贷款近亿元。"
      kg build news/ -o output/
    """


@cli.command("try")
@click.argument("text", required=False)
@date_option
@pack_option
@click.option("--turtle", is_flag=True, help="Print Turtle instead. 输出 Turtle。")
@click.option("--slots", "as_slots", is_flag=True, help="Print the sentences as rules see them. 输出规则所见的句子。")
def try_(text: str | None, day: str | None, packs: tuple[Path, ...], turtle: bool, as_slots: bool) -> None:
    """Show the facts, roles and rules of one pasted sentence (or of standard input).
    看一句话里有哪些事实、角色和规则。

    \b
    Example 例：
      kg try "截至6月末，全行涉农贷款48.7亿元。" --date 2023-07-11
    """
    from . import build, documents, pack
    from .extract import extract, rendered
    from .model import Document, Meta

    if text is None and not sys.stdin.isatty():
        text = streams.typed()
    if not (text or "").strip():
        raise KgError("text-empty")
    document, loaded = documents.parted(Document(documents.text_source(text or "", "text"), Meta(date=_day(day)))), pack.load(*packs)
    if as_slots:
        from . import slots

        for sentence in rendered(document, loaded):
            click.echo(slots.shown(sentence))
        return
    graph = build.merge([extract(document, loaded)])
    if turtle:
        from . import rdf

        click.echo(rdf.write_turtle(graph, pack=loaded), nl=False)
    else:
        from . import show

        click.echo(show.facts_text(graph))


@cli.command("build")
@click.argument("inputs", nargs=-1, required=True, type=PATH, metavar="INPUT...")
@click.option("-o", "--output", "out", required=True, type=PATH, metavar="DIR", help="Folder to write into. 输出目录。")
@click.option(
    "--formats",
    default=FORMATS,
    show_default=True,
    metavar="LIST",
    help="Any of these, jsonld, nquads, graphml-full, gexf-full, cyjs, neo4j, tables, shards; or all. 输出格式。",
)
@pack_option
@date_option
@base_option
@click.option("--page-privacy", is_flag=True, help="Leave persons without a post out of the page, shorten its quotes. 网页略去无职务的个人并节选引文。")
@click.option("--jobs", default=0, type=click.IntRange(min=0), metavar="N", help="Processes; 0, the default: all cores the input is worth. 进程数，0 为自动。")
@click.option("--cache", type=PATH, metavar="DIR", help="Keep what was extracted here, not in the output folder. 缓存目录。")
@click.option("--no-cache", is_flag=True, help="Extract everything anew and keep nothing. 不用缓存。")
@click.option("--corrections", "corrected", type=PATH, metavar="FILE", help="In place of the corrections.tsv beside the input. 更正表。")
@llm_options
@click.option("--engine", default="", metavar="spark[=MASTER]", help="Build shards on Spark, here or on a cluster. 用 Spark 建图分片，可在集群上。")
@click.option(
    "--min-confidence", "least", type=click.FloatRange(0, 1), default=0.5, show_default=True, help="Facts below it stay out. 低于此置信度的事实不收。"
)
def build_(
    inputs: tuple[Path, ...],
    out: Path,
    formats: str,
    packs: tuple[Path, ...],
    day: str | None,
    base: str,
    page_privacy: bool,
    jobs: int,
    cache: Path | None,
    no_cache: bool,
    corrected: Path | None,
    engine: str,
    least: float,
    url: str | None,
    model: str | None,
    llm_cache: Path | None,
    seconds: float,
) -> None:
    """Build the graph of files: .txt .md .docx .pdf .html, lists of articles (.xlsx .csv .jsonl), .zip, or folders of them.
    由文件或目录建图：文本、Word、PDF、网页、文章列表（Excel、CSV）、压缩包。

    \b
    A folder may hold meta.csv with the columns file,date,paper,page,url.
    目录中可放 meta.csv（列：file,date,paper,page,url）。
    Example 例：
      kg build news/ -o output/
    """
    import gc
    from importlib.util import find_spec

    from . import documents, outputs, progress, view

    gc.disable()  # values without cycles: a collector would walk them all, again and again, and find nothing
    click.get_current_context().call_on_close(gc.enable)
    given = [f.strip() for f in formats.split(",") if f.strip()]
    if engine:
        others = [] if formats == FORMATS else [f for f in given if f != "shards"]
        _on_spark(inputs, out, engine, others + (["--corrections"] if corrected else []) + (["--llm"] if url or model else []), packs, day, base, least)
        return
    if given == ["all"]:
        given = list(outputs.FILES)
        if not find_spec("pyarrow"):
            given = [name for name in given if name not in ("tables", "shards")]
            click.echo(say("kg：没有 pyarrow，不写 tables 和 shards", "kg: tables and shards are left out: there is no pyarrow"), err=True)
    report = outputs.run(
        documents.expanded(inputs),
        out,
        formats=given,
        pack=packs,
        day=_day(day),
        base=base or view.BASE,
        page_privacy=page_privacy,
        jobs=jobs,
        corrected=corrected,
        least=least,
        llm=_model(url, model, seconds),
        llm_cache=llm_cache,
        cache=False if no_cache else cache or True,
        progress=progress.bar(),
    )
    for note in report.notes:
        click.echo(say("kg：", "kg: ") + f"{note}", err=True)
    for path, encoding in report.recoded:
        click.echo(say(f"kg：{path} 按 {encoding} 解码", f"kg: {path} was decoded as {encoding}"), err=True)
    unheard = report.proposed.problems if report.proposed else ()
    for problem in (*report.problems, *unheard):
        click.echo(say("kg：", "kg: ") + f"{problem}", err=True)
    if report.passed:
        kinds = "、".join(f"{kind} {count}" for kind, count in report.passed)
        click.echo(say(f"kg：不含文字而略过：{kinds}", f"kg: passed over, being no text: {kinds.replace('、', ', ')}"), err=True)
    click.echo(outputs.summary(report))
    if report.problems:
        click.echo(say(f"kg：{len(report.problems)} 个文件未处理", f"kg: {len(report.problems)} file(s) left out"), err=True)
    if report.problems or unheard:
        sys.exit(1)


def _on_spark(inputs: tuple[Path, ...], out: Path, engine: str, others: list[str], packs: tuple[Path, ...], day: str | None, base: str, least: float) -> None:
    """`kg build --engine spark[=MASTER]`: shards, and nothing else."""
    from . import corrections, documents, outputs, spark, view

    name, _, master = engine.partition("=")
    if name != "spark":
        raise click.BadParameter(say(f"应写成 spark 或 spark=MASTER：{engine}", f"write spark or spark=MASTER: {engine}"), param_hint="--engine")
    inputs = tuple(documents.expanded(inputs))
    if corrections.find(inputs):
        others.append("corrections.tsv")
    if others:
        raise KgError("spark-only", given=", ".join(others))
    outputs.check_base(base or view.BASE)
    done = spark.build(inputs, out, master=master or "local[*]", folders=packs, day=_day(day), base=base or view.BASE, least=least)
    for problem in done.problems:
        click.echo(say("kg：", "kg: ") + f"{problem}", err=True)
    count = sum(f.rows for f in done.manifest.files if f.kind == "graph")
    where = (done.manifest.folder / "manifest.json").as_posix()
    click.echo(say(f"{done.documents} 篇 → {count} 条陈述：{where}", f"{done.documents} documents → {count} statements: {where}"))
    if done.problems:
        click.echo(say(f"kg：{len(done.problems)} 个文件未处理", f"kg: {len(done.problems)} file(s) left out"), err=True)
        sys.exit(1)


@cli.command("query")
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


@cli.command("explain")
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


@cli.command("check")
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


@cli.command("review")
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


@cli.command("serve")
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


@cli.command("diff")
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


@cli.command("export")
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


@cli.command("load")
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


@cli.command("rules")
@click.option("--test", is_flag=True, help="Run the examples of every rule. 运行每条规则的例句。")
@pack_option
def rules(test: bool, packs: tuple[Path, ...]) -> None:
    """List the rules, or run their examples.
    列出规则，或运行其例句。

    \b
    Example 例：
      kg rules --pack my-pack/
    """
    from . import pack, slots

    loaded = pack.load(*packs)
    slots.rules(loaded)  # a bad rule is told, not listed
    if not test:
        for rule in loaded.rules:
            examples: list[dict[str, str]] = rule.get("examples", [])
            example = examples[0].get("text", "") if examples else ""
            click.echo(f"{rule['id']}\t{rule.get('fact', '')}\t{example}")
        return
    from . import lint

    faults = list(lint.examples(loaded))
    _tell(faults)
    count = len(loaded.rules)
    click.echo(say(f"{count} 条规则，{len(faults)} 处不符", f"{count} rules, {len(faults)} faults"))
    if faults:
        sys.exit(1)


def _tell(faults: Sequence[object]) -> None:
    for fault in faults:
        click.echo(f"{fault}", err=True)


@cli.group("pack", no_args_is_help=False)
def pack_group() -> None:
    """Make a rule pack, test one, or list those that ship.
    新建规则包、检查规则包、列出自带的规则包。

    \b
    Example 例：
      kg pack new my-pack/
    """


@pack_group.command("new")
@click.argument("folder", type=PATH, metavar="DIR")
def pack_new_(folder: Path) -> None:
    """Write a pack that works into a new or empty folder: a lexicon, a relation of its own, two rules with examples, a README.
    在新目录或空目录中写出一个可用的规则包：词表、自有关系、两条带例句的规则和说明。

    \b
    Example 例：
      kg pack new my-pack/
    """
    from . import pack_new

    for path in pack_new.new(folder):
        click.echo(path.as_posix())
    shown = folder.as_posix()
    click.echo(say(f"接着  kg pack test {shown}", f"Next  kg pack test {shown}"))


@pack_group.command("test")
@click.argument("folders", nargs=-1, required=True, type=PATH, metavar="DIR...")
def pack_test_(folders: tuple[Path, ...]) -> None:
    """Check packs laid over the default one: lexicons, rules, every example, and the default rules' examples.
    检查叠加在默认包上的规则包：词表、规则、所有例句，以及默认规则的例句。

    \b
    Exit code 0: all well; 1: faults; 2: a pack cannot be read.
    退出码 0：无误；1：有错；2：读不了。
    Example 例：
      kg pack test my-pack/
    """
    from . import lint

    faults, rules, entries = lint.check(folders)
    _tell(faults)
    click.echo(say(f"规则 {rules} · 词条 {entries} · 有错 {len(faults)}", f"rules {rules} · lexicon entries {entries} · faults {len(faults)}"))
    if faults:
        sys.exit(1)


@pack_group.command("list")
def pack_list_() -> None:
    """List the packs that ship: give one's name to --pack.
    列出自带的规则包；把名字交给 --pack。

    \b
    Example 例：
      kg pack list
    """
    from . import pack

    for folder in pack.shipped():
        manifest, _ = pack.read_manifest(folder)
        click.echo(f"{manifest.name}\t{manifest.version}\t{say(manifest.zh, manifest.en)}")


@cli.command("evaluate")
@click.argument("gold", type=PATH)
@click.option("--graphs", type=PATH, metavar="DIR", help="Score NAME/graph.ttl or NAME.json there instead of building. 评测已有的图。")
@click.option("--errors", is_flag=False, flag_value="all", metavar="[DOC|all]", help="List what was missed and what was wrong. 列出错漏。")
@click.option("--per-doc", is_flag=True, help="A line for each document as well. 逐篇列出。")
@click.option("--json", "as_json", is_flag=True, help="Print figures as JSON. 以 JSON 输出。")
@pack_option
@llm_options
def evaluate_(
    gold: Path,
    graphs: Path | None,
    errors: str | None,
    per_doc: bool,
    as_json: bool,
    packs: tuple[Path, ...],
    url: str | None,
    model: str | None,
    llm_cache: Path | None,
    seconds: float,
) -> None:
    """Measure the builder against annotated documents: a folder with NAME.json beside NAME.txt.
    用人工标注衡量建图的准确度。

    \b
    Each document is built alone. A readers.tsv in the folder (measure, figure) is shown beside the figures.
    每篇单独建图；目录中的 readers.tsv（指标、数值）并列显示。
    Example 例：
      kg evaluate tests/gold/dev --errors w1d01
    """
    import json

    from . import scores
    from .evaluate import total

    llm = _model(url, model, seconds)
    if llm and graphs is not None:
        raise click.UsageError(say("--llm 不能与 --graphs 同用", "--llm and --graphs do not go together"))
    done = plain = scores.evaluate(gold, graphs=graphs, packs=packs)
    if llm:
        from .endpoint import Asker

        done = scores.evaluate(gold, packs=packs, model=llm.model, ask=Asker(llm, llm_cache))
    for problem in (*done.problems, *done.unheard):
        click.echo(say("kg：", "kg: ") + f"{problem}", err=True)
    result = total(s for _, s in done.documents)
    if errors not in (None, "all", *(name for name, _ in done.documents)):
        raise click.BadParameter(say(f"没有这篇：{errors}", f"no document {errors}"), param_hint="--errors")
    for name, one in done.documents:
        if errors in (name, "all"):
            click.echo(scores.errors_text(name, one), err=as_json)
    if as_json:
        figures = scores.as_json(done)
        if done is not plain:
            figures["without_model"] = scores.as_json(plain)
        click.echo(json.dumps(figures, ensure_ascii=False))
    else:
        click.echo(say(f"{gold.as_posix()}：{len(done.documents)} 篇", f"{gold.as_posix()}: {len(done.documents)} document(s)"))
        for name, one in done.documents if per_doc else ():
            click.echo(scores.document_line(name, one))
        click.echo(scores.measures_text(result, done.readers) + "\n\n" + scores.calibration_text(result) + "\n")
        if done is not plain:
            click.echo(scores.compared_text(total(s for _, s in plain.documents), done, result) + "\n")
    if done.problems:
        click.echo(say(f"kg：{len(done.problems)} 篇按未找到任何内容计", f"kg: {len(done.problems)} document(s) count as if nothing were found"), err=True)
    if done.problems or done.unheard:
        sys.exit(1)


def _day(given: str | None) -> Any:
    """The day of --date."""
    if not given:
        return None
    from .documents import read_date

    if not (day := read_date(given)):
        raise KgError("date-bad", given=given)
    return day


def main(args: Sequence[str] | None = None) -> None:
    """The entry point: every mistake of the user is one line on stderr and exit code 2."""
    streams.settle()
    name = "kg"
    try:  # no pattern is expanded in a query, as click would on Windows: `build` does that itself
        code = cli.main(args=None if args is None else list(args), prog_name=name, standalone_mode=False, windows_expand_args=False)
        sys.exit(code if isinstance(code, int) else 0)
    except KgError as error:
        _fail(str(error))
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else name
        _fail(error.format_message().replace("\n", " ") + say(f"（见 {path} --help）", f" (see {path} --help)"))
    except click.ClickException as error:
        _fail(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        _fail(say("已中断", "interrupted"), 130)
    except BrokenPipeError:  # the reader of a pipe has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _fail(message: str, code: int = 2) -> None:
    click.echo(say("kg：", "kg: ") + message, err=True)
    sys.exit(code)
