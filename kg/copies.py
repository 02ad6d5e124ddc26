"""Second printings: lines of a page that repeat what stands further up, however the two are broken into lines."""

from __future__ import annotations

from bisect import bisect_right

from .lines import Line, ending

REPEAT = 40  # characters from which a second printing is a copy and not a coincidence
PROSE = ("body", "short")  # a short line may be a piece of a broken sentence
_STEP = 20  # every so many characters of the prose read so far, a block of as many is indexed
_INDEXED = 1_000_000  # a longer line is not searched for copies

# The earlier printing of a line: (line, offset, length) of its parts.
Parts = tuple[tuple[int, int, int], ...]


def second_printings(lines: list[Line], kinds: list[str]) -> dict[int, Parts]:
    """The lines that repeat an earlier line, or a part of earlier lines read as one text, with what they repeat."""
    found: dict[int, Parts] = {}
    exact: dict[str, int] = {}
    index: dict[str, int] = {}  # block → place in the prose read so far
    owners: list[int] = []
    begins: list[int] = []
    home: dict[int, int] = {}  # line → its place in the prose
    total, carry = 0, ""

    def match(at: int, text: str) -> Parts | None:
        """The lines that hold `text` at a place of the prose."""
        k, done, out = bisect_right(begins, at) - 1, 0, []
        while done < len(text):
            if not 0 <= k < len(owners):
                return None
            offset = max(at + done - begins[k], 0)
            piece = lines[owners[k]].text[offset : offset + len(text) - done]
            if not piece or not text.startswith(piece, done):
                return None
            out.append((owners[k], offset, len(piece)))
            done, k = done + len(piece), k + 1
        return tuple(out)

    def where(part: tuple[int, int, int]) -> int | None:
        return home[part[0]] + part[1] if part[0] in home else None

    for number, line in enumerate(lines):
        text = line.text
        if len(text) >= REPEAT and text in exact:
            found[number] = ((exact[text], 0, len(text)),)
        elif kinds[number] in PROSE and REPEAT <= len(text) <= _INDEXED:
            for shift in range(min(_STEP, len(text) - _STEP + 1)):
                at = index.get(text[shift : shift + _STEP])
                parts = match(at - shift, text) if at is not None and at >= shift else None
                if parts:
                    found[number] = parts
                    break
        elif number - 1 in found and ending(lines[number - 1].text) != "end":  # the short rest of a broken second printing
            last = found[number - 1][-1]
            at = where(last)
            parts = match(at + last[2], text) if at is not None else None
            if parts:
                found[number] = parts
        exact.setdefault(text, number)
        if number in found or kinds[number] not in PROSE:
            continue
        home[number] = total
        owners.append(number)
        begins.append(total)
        total += len(text)
        if len(text) > _INDEXED:
            total, carry = total + -total % _STEP, ""
            continue
        carry += text
        base = total - len(carry)
        whole = len(carry) - len(carry) % _STEP
        for at in range(0, whole, _STEP):
            index.setdefault(carry[at : at + _STEP], base + at)
        carry = carry[whole:]

    # Short lines next to a copy that stood next to its first printing too: titles, bylines, headings, the short head of a broken line.
    order = range(len(lines))
    for numbers, step in ((order, -1), (reversed(order), 1)):
        for number in numbers:
            beside, first = found.get(number + step), exact[lines[number].text]
            if number in found or not beside:
                continue
            if first < number and (beside[-1] if step < 0 else beside[0])[0] == first - (1 if step < 0 else -1):
                found[number] = ((first, 0, len(lines[number].text)),)
            elif step > 0 and ending(lines[number].text) == "open":
                at = where(beside[0])
                size = len(lines[number].text)
                parts = match(at - size, lines[number].text) if at is not None and at >= size else None
                if parts and parts[-1][0] < number:
                    found[number] = parts
    return found
