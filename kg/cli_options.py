"""Options that several commands share, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

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


def model_of(url: str | None, model: str | None, seconds: float) -> Any:
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


def day_of(given: str | None) -> Any:
    """The day of --date."""
    if not given:
        return None
    from .documents import read_date

    if not (day := read_date(given)):
        raise KgError("date-bad", given=given)
    return day
