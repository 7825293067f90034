"""The texts a partnership may set, by name: where each is shown, and how long it may be."""

from collections.abc import Mapping
from types import MappingProxyType

MAX_TEXT = 2000  # characters

TEXTS: Mapping[str, str] = MappingProxyType({
    "welcome": "above the list of sections, while a program answers",
    "receipt": "on the page a program sees after submitting",
    "statement": "in the Statement of Accuracy, above the signature",
    "recognition": "with the recognition, once it is confirmed",
    "mou": "the memorandum of understanding that is signed before access; without it, a usual text is signed",
    "meanwhile": "for a program that cannot begin yet: what it can have in the meantime; without it, the usual words",
})  # fmt: skip

# What is said where a partnership has no words of its own; the other texts are left out then.
USUAL: Mapping[str, str] = MappingProxyType({
    "mou": (
        "The program takes part of its own free will and at no cost. It answers truthfully, gives its people the time they "
        "need, meets with the partnership for the review, and works on the plan that both agree.\n\n"
        "The partnership reads the answers with care, gives advice and resources, writes its results in good time, and stays "
        "in touch while the plan is carried out.\n\n"
        "Both keep results confidential. Figures are told only about many programs together. Neither certifies the other. "
        "Either may end this at any time by writing to the other."
    ),
    "meanwhile": (
        "Advice from the partnership, by phone or mail. Training and events. The standards to read, and guides for each "
        "practice. A listing in the Mentoring Connector. Ask for help at any time; nobody has to be eligible for that."
    ),
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
