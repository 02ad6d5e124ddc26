"""Words of the reference pages that the program itself does not hold: what a column, a lexicon, an exit code is for. Chinese, then English."""

from __future__ import annotations

Words = tuple[str, str]

# page: (title, first paragraph)
INTROS: dict[str, tuple[Words, Words]] = {
    "commands": (
        ("命令", "全部命令、选项、例子和退出码，由程序自身生成。随处可用 `kg COMMAND --help`。"),
        ("Commands", "Every command, option, example and exit code, made from the program itself. The same is at hand everywhere: `kg COMMAND --help`."),
    ),
    "vocabulary": (
        (
            "词汇表：类与属性",
            "图能说什么：每个类、每个属性的名称、含义和原文例子，由 `ontology/gongfu.ttl` 生成。配图的单页见[词汇表一页通](../ontology.html)。",
        ),
        (
            "Vocabulary: classes and properties",
            (
                "What the graph can say: every class and property with label, meaning and an example from the text, made from `ontology/gongfu.ttl`. "
                "With a picture, on one page: [the vocabulary](../ontology.html)."
            ),
        ),
    ),
    "concepts": (
        ("概念：固定的值", "方式、阶段、口径、单位、指标等的全部取值，以及原文里的说法（抽取时用的也是这份表）。"),
        (
            "Concepts: the fixed values",
            "Every instrument, stage, way of counting, unit and metric, with the wordings of the text, which the extractor reads too.",
        ),
    ),
    "questions": (
        ("自带的查询", "记者、银行和政府研究者常问的问题，用名字就能问：`kg query output/graph.ttl 名字`；`--set 名=值` 给变量赋值。"),
        (
            "Queries that ship",
            "Questions of journalists, banks and government researchers, asked by name: `kg query output/graph.ttl NAME`; `--set NAME=VALUE` binds a variable.",
        ),
    ),
    "checks": (
        ("检查项", "`kg check` 在图中找什么：矛盾、失效的证据和违反规则（SHACL）之处。有“错误”退出码为 1，只有“警告”为 3。"),
        ("Checks", "What `kg check` looks for: contradictions, broken evidence, broken rules (SHACL). An error makes the exit code 1, warnings alone 3."),
    ),
    "rules": (
        ("规则", "每条规则认哪种句式、给出什么，附例句和必须不认的句子；`kg rules --test` 会逐句运行。规则按顺序匹配，先到先得。"),
        (
            "Rules",
            (
                "Which wording each rule knows and what it gives, with examples and sentences it must be silent on; `kg rules --test` runs them all. "
                "They are tried in this order, and the first that fits has the sum."
            ),
        ),
    ),
    "lexicons": (
        ("词表", "规则用到的词，按文件列出条数和用途。每行五列，用制表符分开；`--pack 目录` 可叠加自己的词表。"),
        (
            "Lexicons",
            "The words that rules use, by file, with their number and purpose. Five columns a line, parted by tabs; `--pack DIR` lays your own over them.",
        ),
    ),
    "files": (
        ("输出文件与列", "每种格式写出哪些文件，各表有哪些列，`report.json` 有哪些键。"),
        ("Output files and columns", "Which files each format writes, the columns of every table, the keys of `report.json`."),
    ),
}

LEXICON_COLUMNS = (
    ("name", "词本身；后面的包有同名的，替换前面的", "the word; an entry of a later pack replaces one of the same name"),
    ("kind", "种类，各词表自定；`-` 表示删去同名条目", "its kind, as each lexicon has them; `-` removes the entry of that name"),
    ("aliases", "别的写法，用 `|` 分开", "other wordings, parted by `|`"),
    ("parent", "上级或归属，各词表自定", "what it belongs to, as each lexicon has it"),
    ("note", "来源和说明", "source and remarks"),
)

EXIT_CODES = (
    (0, "一切正常", "all is well"),
    (1, "已完成，但有遗漏或发现问题，见提示", "done, but something was left out or found wrong; the messages say what"),
    (2, "什么也没做；原有输出未动", "nothing was done; earlier output is untouched"),
    (3, "`kg check` 只发现警告", "`kg check` found warnings only"),
)

LEXICONS: dict[str, Words] = {
    "anniversaries": ("“N周年”从哪一年算起，用来推定文章年份", "the year a programme began: N周年 dates an article"),
    "banks": ("银行正式名称与简称", "official names and short forms of banks"),
    "concepts": ("概念表：工具、阶段、口径、单位、指标及其说法", "instruments, stages, ways of counting, units, metrics, and how texts word them"),
    "edge_words": ("名称左右边界上的虚词和动词", "function words and verbs at which a name ends"),
    "group_heads": ("群体的中心词：农户、商户等", "heads of described groups: 农户, 商户 …"),
    "modifiers": ("改变事实状态的词：将、未、累计、续贷等", "words that change a fact: planned, negated, cumulative, renewed …"),
    "name_heads": ("名称的中心词：项目、工程、园等，及名称从哪里开始", "last words of names (项目, 工程, 园 …) and what a name starts after"),
    "name_stop": ("像人名而不是人名的词", "words that look like persons' names and are none"),
    "org_heads": ("机构名称的末尾：有限公司、局、协会等", "endings of organisations' names"),
    "party_weights": ("判断出资方、受款方的权重（拟合所得）", "fitted weights that choose financier and recipient"),
    "place_countries": ("国家名", "names of states"),
    "place_history": ("改过名的行政区划", "former names of divisions"),
    "place_stop": ("也是普通词的地名简称", "short forms of places that are ordinary words too"),
    "place_words": ("地名前后的词：民族、派出机构、方位等", "words around places: peoples, offices, directions …"),
    "products": ("金融产品名称", "names of financial products"),
    "programmes": ("政策行动及其各种写法", "programmes and their wordings"),
    "report_words": ("版面用语：记者、图片说明、讯头、署名等", "words of a newspaper page: credits, captions, datelines, bylines"),
    "slogans": ("引号里不是名称的话，以及泛指的贷款名", "what stands in quotes and names nothing; generic kinds of loans"),
    "subject_weights": ("判断指标主语的权重（拟合所得）", "fitted weights that choose whose figure it is"),
    "surnames": ("姓氏", "surnames"),
    "title_bodies": ("职务通常属于哪类机构", "which kind of body a title belongs to"),
    "titles": ("职务与称呼", "titles of posts and forms of address"),
    "units": ("计量单位、量词和易误认作单位的词", "units, measure words, and words that only begin like one"),
}

REPORT = (
    ("program", "程序与版本", "program and version"),
    ("files", "读入的文件数", "number of files read"),
    ("articles", "每篇文章：编号、文件、标题、日期、日期的依据、去掉的重复段落", "each article: id, file, title, dates and what they rest on, copies dropped"),
    ("articles_dropped, passages_dropped", "因重复而去掉的文章数、段落数", "articles and passages dropped as copies"),
    ("entities, facts, mentions", "各类实体、事实和提及的个数", "how many of each kind"),
    ("quantities", "数量的去向：用于事实、另有说明、未解释", "numbers in facts, set aside with a reason, unexplained"),
    ("set_aside", "另有说明的数量，按原因计", "numbers set aside, by reason"),
    ("unexplained", "未解释的数量：文件、偏移、原文", "the unexplained ones: file, offset, text"),
    ("corrections", "应用了几条更正，哪些没有对上", "corrections applied, and those that match nothing"),
    ("recoded", "不是 UTF-8、按其他编码读入的文件", "files read in another encoding than UTF-8"),
    ("passed", "不含文字而略过的文件：种类和数目", "files passed over because they hold no text: kinds and numbers"),
    ("left_out", "没能处理的文件及错误名", "files left out, with the name of the error"),
)

TABLE_WORDS: dict[str, Words] = {
    "financings": ("每行一项融资。", "A financing a row."),
    "observations": ("每行一个指标值。", "A figure a row."),
    "agreements": ("每行一份协议。", "An agreement a row."),
    "tenures": ("每行一个职务。", "A post a row."),
    "relations": ("每行一个关系。", "A relation a row."),
    "entities": ("每行一个实体。", "A thing a row."),
    "mentions": ("每行一处提及。", "A place in a text a row."),
    "nodes.csv": ("每行一个实体，供图软件和电子表格使用。", "An entity a row, for graph tools and spreadsheets."),
    "edges.csv": ("每行一条边：融资、任职、关系等，两端都是实体。", "An edge a row: a financing, post or relation between two entities."),
}

COLUMN_WORDS: dict[str, Words] = {
    "fact": ("事实的 IRI", "IRI of the fact"),
    "financier": ("出资方", "who gives the money"),
    "recipient": ("受款方", "who receives it"),
    "purpose": ("用途", "what it is for"),
    "product": ("金融产品", "financial product"),
    "amount": ("数值，基本单位（4.6亿元 为 460000000）", "number in the base unit (4.6亿元 is 460000000)"),
    "amount_min": ("下限；空为没有下限", "lower bound; empty: open"),
    "amount_max": ("上限；空为没有上限", "upper bound; empty: open"),
    "amount_low": ("下限；空为没有下限", "lower bound; empty: open"),
    "amount_high": ("上限；空为没有上限", "upper bound; empty: open"),
    "amount_value": ("这条边分得的数值；几条边合用一个金额时为空", "number of this edge; empty where several edges share one sum"),
    "amount_total": ("整个事实的数值", "number of the whole fact"),
    "amount_ends": ("同一个金额分在几条边上", "on how many edges one sum is spread"),
    "amount_text": ("原文数额", "as written"),
    "amount_bound": ("限定词：nearly、atLeast 等", "hedge: nearly, atLeast …"),
    "bound": ("限定词：nearly、atLeast 等", "hedge: nearly, atLeast …"),
    "currency": ("币种（ISO）", "currency (ISO)"),
    "unit": ("单位", "unit"),
    "instrument": ("工具：loan、creditLine 等", "loan, creditLine …"),
    "stage": ("阶段：committed、disbursed 等", "committed, disbursed …"),
    "aggregation": ("口径：single、cumulative、stock、increment", "single, cumulative, stock, increment"),
    "per": ("按什么计（每户、每亩）；不空的不能相加", "per household, per mu …; not to be added unless empty"),
    "interest_rate": ("利率", "interest rate"),
    "term": ("期限", "term"),
    "count": ("笔数或户数", "number of deals or households"),
    "guarantor": ("担保方", "guarantor"),
    "collateral": ("抵押物", "collateral"),
    "part_of_total": ("属于哪个总额；不空的不能与总额相加", "the total it is part of; not to be added to it"),
    "under_agreement": ("依据哪份协议", "the agreement it rests on"),
    "about": ("指标说的是谁", "whom the figure is of"),
    "metric": ("指标，原文说法", "metric, as worded"),
    "metric_concept": ("指标概念", "the concept of the metric"),
    "compared_with": ("与什么时候比", "what it is compared with"),
    "party": ("协议各方", "parties"),
    "document": ("文件", "document"),
    "member": ("任职的人", "who holds the post"),
    "title": ("职务，不含机构名", "title without the body's name"),
    "organization": ("机构", "body"),
    "at_division": ("原文只说了地方时：任职地", "place, where only that is named"),
    "subject": ("主体", "subject"),
    "predicate": ("关系", "relation"),
    "object": ("客体", "object"),
    "iri": ("IRI", "IRI"),
    "label": ("名称", "name"),
    "kind": ("类", "class"),
    "kind_label": ("类的中文名", "class in Chinese"),
    "aliases": ("别名", "other names"),
    "unit_of": ("隶属", "unit of"),
    "located_in": ("所在地", "where it is"),
    "parent": ("上级或所在地", "what it belongs to, or where it is"),
    "county": ("县", "county"),
    "prefecture": ("市", "prefecture"),
    "province": ("省", "province"),
    "division_code": ("统计用区划代码", "code of the division"),
    "size": ("群体人数或户数", "size of a group"),
    "mentions": ("提及次数", "number of mentions"),
    "articles": ("出现的文章数", "number of articles"),
    "facts": ("事实数", "number of facts"),
    "observations": ("指标数", "number of figures"),
    "mention": ("提及的 IRI", "IRI of the mention"),
    "text": ("原文", "text"),
    "refers_to": ("所指", "what it refers to"),
    "file": ("文件", "file"),
    "file_page": ("PDF 的页码，自 1 起", "page of the PDF, from 1"),
    "offset": ("偏移：从文件开头数的字符位置", "characters from the start of the file"),
    "offset_end": ("结束偏移", "end offset"),
    "sentence": ("原句", "sentence"),
    "article": ("文章标题", "title of the article"),
    "date_from": ("起始日", "first day"),
    "date_to": ("截止日", "last day"),
    "time_text": ("时间，原文写法", "time as written"),
    "time_basis": ("时间依据：明示、相对、推定、不明", "stated, relative, inferred or unknown"),
    "time_role": ("时间作用：截至、期间内、全程", "as of, within, throughout"),
    "status": ("状态：reported、planned、negated", "reported, planned, negated"),
    "confidence": ("置信度，0 到 1", "confidence, 0 to 1"),
    "rule": ("规则", "rule"),
    "node": ("编号", "id"),
    "edge": ("编号", "id"),
    "source": ("起点", "from"),
    "target": ("终点", "to"),
    "relation": ("关系", "relation"),
    "interaction": ("关系（Cytoscape 的列名）", "relation, by the name Cytoscape has for it"),
    "weight": ("权重", "weight"),
    "event": ("事实的类", "class of the fact"),
}
