"""What encoding a user's file is in: UTF-8, UTF-16 with its mark (what PowerShell's `>` and Excel write), else GB18030 (and so GBK)."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from .errors import KgError


def decode(raw: bytes, path: Path) -> tuple[str, str]:
    """The text and the name of its encoding, byte-order mark removed, newlines untouched. Raises KgError: file-damaged, file-not-text.

    >>> decode("浙江".encode("gb18030"), Path("a.txt"))
    ('浙江', 'gb18030')
    >>> decode(codecs.BOM_UTF8 + "浙江".encode(), Path("a.txt"))
    ('浙江', 'utf-8-sig')
    """
    if raw.startswith(codecs.BOM_UTF8):
        encodings = ["utf-8-sig"]
    elif raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8", "gb18030"]
    at = 0  # where it stops being UTF-8
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            # one broken place in a long UTF-8 text must not turn all of it into the characters of another encoding
            at = at or error.start
            if encoding.startswith("utf-8") and (_nearly_utf8(raw) or _UTF8_CHINESE.search(raw)):
                raise KgError("file-damaged", path=path, at=at) from None
            continue
        if "\0" in text or len(_STRANGE.findall(text)) * 100 > len(text):
            break
        return text, encoding
    raise KgError("file-not-text", path=path, at=at)


_STRANGE = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")  # control characters no text has; form feed, escape and tabs pass


# Four Chinese characters in UTF-8, which no GBK text has by chance: a file that holds them and is not UTF-8 throughout is of two encodings.
_UTF8_CHINESE = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){4}")


def _nearly_utf8(raw: bytes) -> bool:
    """Whether hardly any of the text is not UTF-8: at most one broken place in fifty characters beyond ASCII."""
    text = raw.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return broken * 50 <= sum(c > "\x7f" for c in text)


def read_lines(path: Path) -> str:
    """The text of a small file that a user wrote (a query, a table, a lexicon), every line break a line feed. Raises OSError and KgError."""
    return decode(path.read_bytes(), path)[0].replace("\r\n", "\n").replace("\r", "\n")
