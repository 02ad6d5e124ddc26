"""The command line. Only click is imported in the modules of it: each command imports what it needs.

stdout has the data, stderr the messages. Exit codes: 0 all well; 1 something was left out or found wrong; 2 nothing was done;
3 (check) something to look at.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from . import __version__, cli_graph, cli_rules, streams
from .cli_options import FORMATS, PATH, base_option, date_option, day_of, llm_options, model_of, pack_option
from .errors import KgError, say


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
    document, loaded = documents.parted(Document(documents.text_source(text or "", "text"), Meta(date=day_of(day)))), pack.load(*packs)
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
        day=day_of(day),
        base=base or view.BASE,
        page_privacy=page_privacy,
        jobs=jobs,
        corrected=corrected,
        least=least,
        llm=model_of(url, model, seconds),
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
    done = spark.build(inputs, out, master=master or "local[*]", folders=packs, day=day_of(day), base=base or view.BASE, least=least)
    for problem in done.problems:
        click.echo(say("kg：", "kg: ") + f"{problem}", err=True)
    count = sum(f.rows for f in done.manifest.files if f.kind == "graph")
    where = (done.manifest.folder / "manifest.json").as_posix()
    click.echo(say(f"{done.documents} 篇 → {count} 条陈述：{where}", f"{done.documents} documents → {count} statements: {where}"))
    if done.problems:
        click.echo(say(f"kg：{len(done.problems)} 个文件未处理", f"kg: {len(done.problems)} file(s) left out"), err=True)
        sys.exit(1)


for command in (*cli_graph.COMMANDS, *cli_rules.COMMANDS):
    cli.add_command(command)


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
