"""Takes all the memory it can get."""

from rules import hookimpl

RULES_API = (1, 1)
VERSION = "1.0.0"
TITLE = "Takes all the memory it can get"


@hookimpl
def nqms_findings():
    eaten = []
    while True:
        eaten.append(bytes(20_000_000))
