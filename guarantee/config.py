"""Settings, from the environment only (12-factor); each may also come as `NAME_FILE`.

Outside demo mode nothing starts without keys of its own: a guessed key is worse than no start.
"""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_DATABASE = f"sqlite:///{ROOT / 'instance' / 'guarantee.sqlite3'}"


class MissingKey(RuntimeError):
    """The program was started without a key of its own, outside demo mode."""


class Settings(BaseSettings):
    """Every setting there is. Secrets never appear in a repr or a log."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: str = DEFAULT_DATABASE
    demo: bool = False
    port: int = 8000
    threads: int = Field(default=16, gt=0)
    """Of one worker (gunicorn.conf.py): each has a database connection of its own."""
    secret_key: SecretStr = SecretStr("")
    """Signs the session cookie and the CSRF tokens."""
    encryption_key: SecretStr = SecretStr("")
    """Encrypts personal data at rest and keys the blind indexes."""
    signing_key: SecretStr = SecretStr("")
    """Wraps the private halves of the letter-signing keys kept in the database."""
    pades_key: SecretStr = SecretStr("")
    """PEM, EC P-256: signs archived PDFs as PAdES, together with the certificate below. Off when
    both are empty."""
    pades_certificate: str = ""
    """PEM of the key's certificate; the rest of its chain may follow."""
    webhook_keys: tuple[SecretStr, ...] = ()
    """Standard Webhooks secrets of the telephone systems: two while one is rotated."""
    public_url: str = "http://127.0.0.1:8000"
    """Where a letter's holder reaches the public check; printed on the letter."""
    hotline_phone: str = "400-120-0120"
    first_letter_hours: int = Field(default=72, gt=0)
    """A letter not presented within so many hours lapses."""
    provisional_hours: int = Field(default=24, gt=0)
    top_up_minutes: int = Field(default=30, gt=0)
    remittance_days: int = Field(default=3, gt=0)
    mailing_days: int = Field(default=2, gt=0)
    payer_name: str = "绿色通道救援联盟"
    payer_account: str = ""
    """The alliance's own bank account, from which batches are paid: it stands in pain.001 files."""
    max_upload_bytes: int = 20 * 1024 * 1024
    idempotency_days: int = 7

    @model_validator(mode="after")
    def _keys_are_our_own(self) -> Settings:
        if self.demo:
            return self
        for name in ("secret_key", "encryption_key", "signing_key"):
            if len(getattr(self, name).get_secret_value()) < 32:
                raise MissingKey(
                    f"{name.upper()} is not set (at least 32 characters). Set it, or start with "
                    "DEMO=1 to try the system with demo keys."
                )
        return self

    def key(self, name: str) -> bytes:
        """32 bytes for one of the three keys; in demo mode they are known ones."""
        text = getattr(self, name).get_secret_value()
        return hashlib.sha256(text.encode()).digest() if text else _demo_key(name)

    def webhook_secrets(self) -> tuple[str, ...]:
        """The webhook secrets in force; demo mode has one that `demo load` prints."""
        if self.webhook_keys:
            return tuple(k.get_secret_value() for k in self.webhook_keys)
        return (base64.b64encode(_demo_key("webhook_demo")).decode(),) if self.demo else ()


def _demo_key(name: str) -> bytes:
    return hashlib.sha256(f"demo key, not secret: {name}".encode()).digest()


def from_environment() -> Settings:
    """Read the environment once. `NAME_FILE` names a file that holds the value of NAME."""
    from_files = {
        name.lower(): Path(os.environ[f"{name}_FILE"]).read_text(encoding="utf-8").strip()
        for name in (f.upper() for f in Settings.model_fields)
        if os.environ.get(f"{name}_FILE")
    }
    return Settings(**from_files)  # type: ignore[arg-type]
