"""Configuration from the environment; an unexpected value stops the start and names the variable."""

from __future__ import annotations

import os
import secrets
import shlex
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any


class ConfigurationError(Exception):
    """A setting that cannot be used, with the variable's name."""


MEGABYTE = 1024 * 1024
MAX_REQUEST_BYTES = 1 * MEGABYTE  # a whole section of long notes is about 250 kB


def flag(name: str, default: bool = False) -> bool:
    """Read a yes/no variable."""
    raw = os.environ.get(name, "").strip().lower()
    if raw in ("", None):
        return default
    if raw in ("1", "yes", "true", "on"):
        return True
    if raw in ("0", "no", "false", "off"):
        return False
    raise ConfigurationError(f"{name} must be yes or no, not {raw!r}.")


def whole(name: str, default: int) -> int:
    """Read a whole number of zero or more."""
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    if not raw.isdigit():
        raise ConfigurationError(f"{name} must be a whole number, not {raw!r}.")
    return int(raw)


def command(name: str) -> list[str]:
    """Read a command as the list of its words; it runs without a shell."""
    raw = os.environ.get(name, "")
    try:
        return shlex.split(raw)
    except ValueError as error:
        raise ConfigurationError(f"{name} must be a command, not {raw!r}: {error}.") from None


def instance_folder() -> Path:
    """Return the folder that holds the database and the secret key."""
    return Path(os.environ.get("NQMS_DATA", "instance")).expanduser().resolve()


def secret_key(folder: Path) -> str:
    """Return the key that signs cookies: from NQMS_SECRET_KEY, else made once and kept in the data folder."""
    given = os.environ.get("NQMS_SECRET_KEY", "")
    if given:
        if len(given) < 32:
            raise ConfigurationError("NQMS_SECRET_KEY must have at least 32 characters.")
        return given
    path = folder / "secret-key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was first
            pass
        else:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
    return path.read_text().strip()


def load(overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the whole configuration; `overrides` win (tests, `nqms demo`)."""
    given = dict(overrides or {})
    folder = Path(given.pop("DATA_FOLDER", None) or instance_folder())
    demo = bool(given.get("DEMO", flag("NQMS_DEMO")))
    insecure = demo or bool(given.get("INSECURE", flag("NQMS_INSECURE")))
    database = os.environ.get("DATABASE_URL", "") or f"sqlite:///{folder / 'nqms.sqlite3'}"
    config: dict[str, Any] = {
        "DATA_FOLDER": folder,
        "DEMO": demo,
        "INSECURE": insecure,
        "SQLALCHEMY_DATABASE_URI": database,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "hide_parameters": True
        },  # an error of the database must not bring answers into the log
        "SESSION_COOKIE_NAME": "nqms" if insecure else "__Host-nqms",
        "SESSION_COOKIE_SECURE": not insecure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": MAX_REQUEST_BYTES,
        "MAX_FORM_MEMORY_SIZE": MAX_REQUEST_BYTES,
        "MAX_FORM_PARTS": 1000,
        "WTF_CSRF_TIME_LIMIT": None,  # a page left open over lunch must still save
        "WTF_CSRF_CHECK_DEFAULT": True,
        "TRUSTED_PROXIES": whole("NQMS_TRUSTED_PROXIES", 0),
        "SMTP_HOST": os.environ.get("NQMS_SMTP_HOST", ""),
        "SMTP_PORT": whole("NQMS_SMTP_PORT", 587),
        "SMTP_USER": os.environ.get("NQMS_SMTP_USER", ""),
        "SMTP_PASSWORD": os.environ.get("NQMS_SMTP_PASSWORD", ""),
        "SMTP_STARTTLS": flag("NQMS_SMTP_STARTTLS", True),
        "MAIL_FROM": os.environ.get("NQMS_MAIL_FROM", "NQMS Portal <portal@nqms.example.org>"),
        "BASE_URL": os.environ.get("NQMS_BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
        "RULES_FOLDER": os.environ.get("NQMS_RULES_FOLDER", ""),  # where the operator drops plugins; empty for none
        "RULES_SECONDS": whole("NQMS_RULES_SECONDS", 5),
        "RULES_MEGABYTES": whole("NQMS_RULES_MEGABYTES", 256),
        "EVIDENCE_FOLDER": os.environ.get("NQMS_EVIDENCE_FOLDER", "") or folder / "evidence",
        "EVIDENCE_FILE_BYTES": whole("NQMS_EVIDENCE_FILE_MB", 10) * MEGABYTE,
        "EVIDENCE_QUOTA_BYTES": whole("NQMS_EVIDENCE_QUOTA_MB", 200) * MEGABYTE,
        "EVIDENCE_S3_BUCKET": os.environ.get("NQMS_EVIDENCE_S3_BUCKET", ""),  # empty for the folder
        "EVIDENCE_S3_ENDPOINT": os.environ.get("NQMS_EVIDENCE_S3_ENDPOINT", "").rstrip("/"),
        "EVIDENCE_S3_REGION": os.environ.get("NQMS_EVIDENCE_S3_REGION", "us-east-1"),
        "EVIDENCE_S3_KEY_ID": os.environ.get("NQMS_EVIDENCE_S3_KEY_ID", ""),
        "EVIDENCE_S3_SECRET": os.environ.get("NQMS_EVIDENCE_S3_SECRET", ""),
        "EVIDENCE_S3_PREFIX": os.environ.get("NQMS_EVIDENCE_S3_PREFIX", ""),
        "EVIDENCE_S3_PATIENCE": timedelta(seconds=20),
        "SCANNER": command("NQMS_SCANNER"),  # the file's path is its last argument; empty for none
        "SCANNER_SECONDS": whole("NQMS_SCANNER_SECONDS", 30),
        "CLOCK": None,
    }
    config.update(given)
    if "SECRET_KEY" not in config:
        config["SECRET_KEY"] = secret_key(folder)
    return config
