"""The commands for those who write rules and measure them: rules, pack, evaluate."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from .cli_options import PATH, llm_options, model_of, pack_option
from .errors import say


@click.command("rules")
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


@click.group("pack", no_args_is_help=False)
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


@click.command("evaluate")
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

    llm = model_of(url, model, seconds)
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


COMMANDS = (rules, pack_group, evaluate_)
