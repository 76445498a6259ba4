"""Parts of a document that another program writes: between two marks, kept when the rest is written anew."""


def marks(name: str) -> tuple[str, str]:
    return f"<!-- {name}: written by bench/{name} -->\n", f"<!-- end of {name} -->\n"


def part(document: str, name: str) -> str:
    """The part with its marks; nothing where there is none."""
    begin, end = marks(name)
    if begin not in document or end not in document:
        return ""
    return begin + document.split(begin, 1)[1].split(end, 1)[0] + end


def with_part(document: str, name: str, text: str, before: str) -> str:
    """The document with `text`, marks and all, as its part; a new part comes before the line `before`, or at the end."""
    if old := part(document, name):
        return document.replace(old, text)
    if text and before in document:
        return document.replace(before, f"{text}\n{before}", 1)
    return f"{document}\n{text}" if text else document
