"""Every message for a user's mistake: one line that says what is wrong, where, and what to do, in Chinese and English."""

from __future__ import annotations

import locale
import os
from functools import partial

# slug: (Chinese, English); the slug is a heading in docs/errors.md
MESSAGES: dict[str, tuple[str, str]] = {
    "pack-missing": (
        "找不到规则包：{path}。请检查路径；自带的包：{known}。",
        "no such pack: {path}. Check the path given to --pack; by name there are: {known}.",
    ),
    "pack-manifest": ("包的说明有误：{path}：{why}", "bad pack.toml: {path}: {why}"),
    "pack-exists": (
        "目录不是空的：{path}。请给出新目录或空目录；原有文件未动。",
        "{path} is there and not empty. Give a new or empty folder; nothing was touched.",
    ),
    "pack-lexicon": ("词表有误：{path} 第 {line} 行：{why}", "bad lexicon: {path}, line {line}: {why}"),
    "pack-rule": ("规则有误：{path}，规则 {rule}：{why}", "bad rule: {path}, rule {rule}: {why}"),
    "input-missing": ("找不到输入：{path}。请检查路径。", "no such file or folder: {path}. Check the path."),
    "input-unreadable": ("读不了：{path}（{why}）。请检查权限。", "cannot read {path} ({why}). Check its permissions."),
    "input-twice": (
        "两个输入都叫 {name}：{first} 和 {second}。请改名，或只给出它们共同的上级目录。",
        "two inputs would both be called {name}: {first} and {second}. Rename one, or give the folder above both.",
    ),
    "folder-empty": (
        "没有可读的文件：{path}。可读 .txt .md .docx .pdf .html .xlsx .csv .jsonl .zip（README 不算）。",
        "nothing to read in {path}. Read are .txt .md .docx .pdf .html .xlsx .csv .jsonl .zip (README does not count).",
    ),
    "file-empty": ("空文件：{path}。请删去或填上内容。", "empty file: {path}. Remove it or give it content."),
    "file-not-text": (
        "不是文本：{path}。需要 UTF-8、带 BOM 的 UTF-16 或 GB18030 编码的纯文本。",
        "not text: {path}. Wanted: plain text in UTF-8, UTF-16 with a byte-order mark, or GB18030.",
    ),
    "file-damaged": (
        "文件损坏：{path} 第 {at} 字节起不是 UTF-8，其余是。请修好该处或重新导出。",
        "damaged file: {path} is UTF-8 but for the bytes at {at}. Repair that place or export the file again.",
    ),
    "file-broken": ("文件损坏，打不开：{path}（{why}）。请重新下载或导出。", "broken file: {path} ({why}). Download or export it again."),
    "file-locked": ("文件有密码：{path}。请去掉密码另存。", "locked by a password: {path}. Save it without one."),
    "file-kind": ("不读这种文件：{path}。请另存为 {better}。", "files of this kind are not read: {path}. Save it as {better}."),
    "file-no-text": (
        "文件里没有文字：{path}。若是图片，请先识别文字（OCR）。",
        "no text in {path}. If it holds pictures of text, recognise the text first (OCR).",
    ),
    "files-extra": (
        '读 {path} 需要 {library}。请安装：pip install "gongfu-kg[files]"。',
        'reading {path} needs {library}. Install it: pip install "gongfu-kg[files]".',
    ),
    "pdf-scan": ("PDF 没有文字层（扫描件）：{path}。请先识别文字（OCR）。", "no text layer in {path}: it is a scan. Recognise its text first (OCR)."),
    "pdf-pages": (
        "{path} 第 {pages} 页没有文字层（扫描件），其余各页已读。请先识别文字（OCR）。",
        "no text layer on page {pages} of {path}: scans. The other pages are read. Recognise their text first (OCR).",
    ),
    "pdf-garbled": (
        "PDF 的文字层不可用：{path}（字体没有字符对照）。请从原稿重新导出，或识别文字（OCR）。",
        "the text layer of {path} has no meaning (its fonts name no characters). Export it again from the source, or recognise its text (OCR).",
    ),
    "page-empty": (
        "网页里没有正文：{path}。请在浏览器中打开后另存为完整网页。",
        "no text in web page {path}. Open it in a browser and save the complete page.",
    ),
    "page-frames": (
        "网页只有框架：{path}，正文在另一个文件里。请另存框架内的网页。",
        "web page {path} holds only frames; the text is in another file. Save the page in the frame.",
    ),
    "sheet-columns": (
        "不是文章列表：{path}。需要一行列名，至少有“正文”（或 text），可有 标题 日期 来源 版面 链接。",
        "no list of articles: {path}. Wanted: a row of column names, 正文 (or text) among them; title, date, paper, page, url as well.",
    ),
    "zip-limit": (
        "压缩包过大：{path} 解开有 {size} MB（上限 {limit} MB，或压缩比异常）。请先解压再读目录。",
        "archive too large: {path} unpacks to {size} MB (limit {limit} MB, or packed beyond belief). Unpack it and give the folder.",
    ),
    "zip-deep": ("压缩包套得太深：{path}。请先解压。", "archive within archive within archive: {path}. Unpack it."),
    "zip-nothing": (
        "压缩包里没有能读的文件：{path}，{count} 个有问题；第一个：{why}",
        "nothing in archive {path} can be read: {count} with faults. The first: {why}",
    ),
    "meta-bad": ("元数据有误：{path} 第 {line} 行：{why}", "bad metadata: {path}, line {line}: {why}"),
    "corpus-bad": ("语料有误：{path} 第 {line} 行：{why}", "bad corpus: {path}, line {line}: {why}"),
    "date-bad": ("日期有误：{given}。请写成 2023-07-11。", "bad date: {given}. Write it as 2023-07-11."),
    "date-many": (
        "--date 只能用于一个未注明日期的文件，这里有 {count} 个。请在 {where} 放一个 meta.csv（列：file,date），或把日期写进文件名。",
        "--date is for one undated file, and there are {count}. Put a meta.csv (columns file,date) into {where}, or the date into each file's name.",
    ),
    "date-none": (
        "--date 没有可用之处：每个文件都已有日期。请去掉 --date，或改 meta.csv、文件名里的日期。",
        "--date has nothing to date: every file has a date already. Leave --date out, or change the date in meta.csv or in the file's name.",
    ),
    "base-bad": ("IRI 有误：{given}。请给出以 / 或 # 结尾的 http(s) 地址。", "bad base IRI: {given}. Give an http(s) address that ends in / or #."),
    "format-unknown": ("没有这种格式：{given}。可选：{known}。", "no such format: {given}. Choose from: {known}."),
    "out-unwritable": (
        "写不进输出目录：{path}（{why}）。请换一个目录（-o）或检查权限；原有输出未动。",
        "cannot write to output folder {path} ({why}). Choose another (-o) or check its permissions; earlier output is untouched.",
    ),
    "file-in-use": (
        "换不了文件：{path}，多半正在别的程序（如 Excel）中打开。请关闭后重试；原有输出未动。",
        "cannot replace {path}: another program (Excel, say) has it open. Close it and build again; earlier output is untouched.",
    ),
    "extract-failed": (
        "处理失败：{path}（{why}）。这是程序的错误，请附上该文件报告。",
        "failed on {path} ({why}). This is a fault of the program: please report it with the file.",
    ),
    "document-killed-worker": (
        "处理 {path} 时工作进程被终止（内存不足，或程序有误），已略过。请用 --jobs 1 单独处理该文件。",
        "the worker process died on {path} (out of memory, or a fault of the program); it is left out. Try that file alone with --jobs 1.",
    ),
    "worker-lost": (
        "工作进程屡次中断（内存不足？）。请用较小的 --jobs 重试；原有输出未动。",
        "worker processes died again and again (out of memory?). Try again with a smaller --jobs; earlier output is untouched.",
    ),
    "too-large": (
        "{count} 篇文档过多，不能写 {formats}（上限 {most}）。请用 --formats turtle,shards,report。",
        "{count} documents are too many for {formats}, which are made in memory (at most {most}). Say --formats turtle,shards,report.",
    ),
    "corrections-large": (
        "{count} 篇文档过多，不能应用更正表（上限 {most}）。请分批构建，或移开 corrections.tsv。",
        "{count} documents are too many for corrections, which need all in memory (at most {most}). Build fewer at a time, or move corrections.tsv.",
    ),
    "cache-unwritable": (
        "不能使用缓存目录：{path}（{why}）。请用 --cache 换一个目录，或加 --no-cache。",
        "cannot use cache folder {path} ({why}). Give another with --cache, or say --no-cache.",
    ),
    "cache-busy": (
        "另一次构建正在使用缓存 {path}，本次不用缓存。",
        "another build is using the cache {path}: this one goes without.",
    ),
    "cache-damaged": (
        "缓存已损坏，重新建立：{path}。",
        "the cache was damaged and is made anew: {path}.",
    ),
    "output-unfinished": (
        "{path} 中的输出不完整：上次构建写入时被中断。请重新运行 kg build。",
        "the output in {path} is not whole: a build was stopped while it put its files in place. Run kg build again.",
    ),
    "tables-pyarrow": (
        '写 Parquet 需要 pyarrow。请安装：pip install "gongfu-kg[tables]"，或在 --formats 中去掉 tables 和 shards。',
        'Parquet needs pyarrow. Install it: pip install "gongfu-kg[tables]", or leave tables and shards out of --formats.',
    ),
    "shards-none": ("没有图分片：{path}（{why}）。请用 --formats shards 重新生成。", "no shards at {path} ({why}). Build them with --formats shards."),
    "shards-lost": ("缺少分片文件：{path}。请重新生成。", "a file of the shards is missing: {path}. Build them again."),
    "shards-changed": ("分片文件已被改动：{path}。请重新生成。", "a file of the shards was changed: {path}. Build them again."),
    "store-foreign": (
        "{path} 不是图库，不会覆盖。请给 -o 一个新目录或已有的图库。",
        "{path} is no store and is left alone. Give -o a new folder or an earlier store.",
    ),
    "store-damaged": ("图库不完整：{path}。请用 kg load 重新装载。", "the store at {path} is not whole. Load it again with kg load."),
    "spark-missing": (
        '--engine spark 需要 {what}。请安装 Java 17，并 pip install "gongfu-kg[spark]"。',
        '--engine spark needs {what}. Install Java 17, and pip install "gongfu-kg[spark]".',
    ),
    "spark-failed": ("Spark 作业失败：{why}。已有的分片未动。", "the Spark job failed: {why}. Earlier shards are untouched."),
    "spark-only": (
        "--engine spark 只写 shards，不用更正表、不写其他格式（{given}）。请去掉，或不用 --engine。",
        "--engine spark writes shards alone, without corrections or other formats ({given}). Leave these out, or --engine.",
    ),
    "graph-missing": (
        "找不到图文件：{path}。请先运行 kg build，或给出 graph.ttl 的路径。",
        "no graph at {path}. Run kg build first, or give the path of graph.ttl.",
    ),
    "graph-unreadable": ("读不了图文件：{path}（{why}）。请重新生成。", "cannot read graph {path} ({why}). Build it again."),
    "graph-format": (
        "不认识的图格式：{path}。可读 .ttl .nt .nq .trig .jsonld .rdf。",
        "unknown graph format: {path}. Readable are .ttl .nt .nq .trig .jsonld .rdf.",
    ),
    "report-bad": (
        "读不了报告：{path}（{why}）。请重新生成图，或删去该文件。",
        "cannot read report {path} ({why}). Build the graph again, or remove the file.",
    ),
    "query-unknown": ("没有这个查询：{name}。{hint}", "no such query: {name}. {hint}"),
    "query-unreadable": ("读不了查询文件：{path}（{why}）。", "cannot read query file {path} ({why})."),
    "query-syntax": ("查询有误：{why}", "bad query: {why}"),
    "query-update": ("只能查询，不能修改图。", "queries only: the graph file is not changed."),
    "query-binding": ("查询里没有变量 ?{name}。可绑定：{known}。", "the query has no variable ?{name}. To bind: {known}."),
    "query-sum": (
        "合计没有固定 {open}：不同性质的金额不可相加。请写明其值、按它分组，或确要如此时加 --any-sum。",
        "the sum leaves {open} open, and money of different kinds must not be added. Fix each or group by it; or say --any-sum.",
    ),
    "serve-address": (
        "不能在 {host}:{port} 上提供服务（{why}）。请用 --port 换一个端口。",
        "cannot listen at {host}:{port} ({why}). Give another port with --port.",
    ),
    "serve-empty": ("没有查询。请给出 query=…。", "no query. Give query=…"),
    "serve-media": ("不能读这种请求：{given}。请用 {known}。", "cannot read a request of type {given}. Send {known}."),
    "serve-accept": ("没有所要的格式：{given}。可选：{known}。", "none of the formats asked for ({given}) is at hand: {known}."),
    "serve-request": ("请求太大：超过 {limit} 字节。", "request too large: over {limit} bytes."),
    "serve-result": ("结果太大：超过 {limit} 字节。请加 LIMIT。", "result too large: over {limit} bytes. Add a LIMIT."),
    "serve-timeout": (
        "查询超过 {seconds} 秒，已中止。请缩小范围，或用 --timeout 放宽。",
        "stopped after {seconds} seconds. Ask for less, or allow more with --timeout.",
    ),
    "serve-busy": ("服务正忙，请稍后再试。", "busy: try again later."),
    "serve-died": ("查询进程已中止，多半是内存不足。请缩小范围。", "the query's process was ended, most likely for want of memory. Ask for less."),
    "serve-origin": ("拒绝来自 {origin} 的请求。确要如此请加 --cors。", "requests from {origin} are refused. Allow them with --cors."),
    "term-unknown": ("图里没有“{term}”。{hint}", "nothing in the graph is called {term}. {hint}"),
    "term-place": ("位置有误：{term}。{hint}", "bad place: {term}. {hint}"),
    "text-empty": ("没有文本。请在引号中给出一句话。", 'no text. Give a sentence in quotes: kg try "某银行发放贷款500万元。"'),
    "text-lost": (
        "管道传来的多是问号：命令行已丢失汉字。请把句子写在引号中，或先设 $OutputEncoding = [Text.UTF8Encoding]::new()。",
        "what was piped is mostly question marks: the shell has lost the characters. Give the sentence in quotes, or set $OutputEncoding to UTF-8 first.",
    ),
    "gold-none": ("没有标注文件：{path}。需要 NAME.json 与 NAME.txt 并列。", "no annotated document in {path}. It needs NAME.json beside NAME.txt."),
    "gold-bad": ("标注有误：{path}：{why}", "bad annotation: {path}: {why}"),
    "gold-text": ("标注缺原文：{path}。请把原文放在标注旁边。", "no text for the annotation: {path}. Put the text beside the annotation."),
    "llm-url": (
        "模型地址有误：{given}。请给出 http(s) 地址，如 http://127.0.0.1:11434/v1，不含用户名和密码。",
        "bad address of a model: {given}. Give an http(s) address such as http://127.0.0.1:11434/v1, without a name or password in it.",
    ),
    "llm-model": ("--llm 与 --model 须一起给出。", "--llm and --model go together."),
    "llm-key": (
        "密钥（KG_LLM_KEY 或 OPENAI_API_KEY）含有不可用的字符。请重新设置。",
        "the key (KG_LLM_KEY or OPENAI_API_KEY) holds characters that no key has. Set it again.",
    ),
    "llm-failed": (
        "{host} 的模型没有回答（{why}）。这些段落只有规则找到的事实。",
        "the model at {host} gave no answer ({why}). Those passages have the facts of the rules only.",
    ),
    "llm-stopped": (
        "{host} 多次没有回答，不再询问。其余段落只有规则找到的事实；恢复后重建即可补上。",
        "{host} failed too often and is not asked any more. The rest has the facts of the rules only; build again once it answers.",
    ),
    "llm-answer": (
        "模型对 {path} 的回答不是所要的 JSON，未采用。",
        "the model's answer about {path} is not the JSON asked for and is not used.",
    ),
    "corrections-bad": ("更正表有误：{path} 第 {line} 行：{why}", "bad corrections: {path}, line {line}: {why}"),
}


def chinese() -> bool:
    """Whether messages are to be Chinese: by LC_ALL, LC_MESSAGES, LANG, then the system's locale."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name].lower().startswith("zh")
    return (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese"))


def say(zh: str, en: str) -> str:
    """The text in the user's language."""
    return zh if chinese() else en


class KgError(Exception):
    """A user's mistake. `slug` names the message; the values fill it."""

    def __init__(self, slug: str, /, **values: object) -> None:
        self.slug, self.values = slug, values
        super().__init__(" ".join(say(*MESSAGES[slug]).format(**values).split()))

    def __reduce__(self) -> tuple[object, ...]:
        """Made again from slug and values, so that it comes back whole from a worker process."""
        return partial(KgError, self.slug, **self.values), ()
