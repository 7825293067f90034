"""The texts a partnership may set, by name: where each is shown, and how long it may be."""

from collections.abc import Mapping
from types import MappingProxyType

MAX_TEXT = 2000  # characters

TEXTS: Mapping[str, str] = MappingProxyType({
    "welcome": "above the list of sections, while a program answers",
    "receipt": "on the page a program sees after submitting",
    "statement": "in the Statement of Accuracy, above the signature",
    "recognition": "with the recognition, once it is confirmed",
})  # fmt: skip


def check_texts(texts: object) -> dict[str, str]:
    """Return the texts when each has a known name and can be shown; raises ValueError."""
    if not isinstance(texts, Mapping):
        raise ValueError("nqms_texts must return a table of texts by name.")
    for name, text in texts.items():
        if name not in TEXTS:
            raise ValueError(f"There is no text called “{name}”; there are {', '.join(TEXTS)}.")
        if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT or "\x00" in text:
            raise ValueError(f"The text “{name}” must say something, in at most {MAX_TEXT:,} characters.")
        text.encode()  # a lone surrogate could not be stored
    return dict(texts)
