"""Every setting, read once from the environment."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Set by environment variables with the prefix WINNOW_, save the two addresses, which bear their usual names."""

    model_config = SettingsConfigDict(env_prefix="WINNOW_", frozen=True, extra="ignore", populate_by_name=True)

    home: Path = Field(default_factory=lambda: user_data_path("winnow"), description="Where all data live")
    database_url: str | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL", "database_url"),
        description="An external PostgreSQL 18; without it an embedded one starts in the home directory",
    )
    redis_url: str | None = Field(
        None,
        validation_alias=AliasChoices("REDIS_URL", "redis_url"),
        description="An external Redis or Valkey; without it an embedded one starts",
    )
    host: str = Field("127.0.0.1", description="Address the web server listens on")
    port: int = Field(8765, ge=1, le=65535, description="Port the web server listens on")
    base_url: str | None = Field(
        None, description="Public address, such as https://winnow.example.org; https makes cookies Secure"
    )
    web_processes: int = Field(1, ge=1, le=64, description="Web server processes")
    worker_processes: int = Field(2, ge=1, le=64, description="Pieces of work one worker does at a time")
    blobs: Path | None = Field(
        None, description="Directory for uploaded and released files, shared by all machines; default HOME/blobs"
    )
    upload_limit: int = Field(0, ge=0, description="Largest upload in bytes; 0 is no limit but the disk's")
    log_format: Literal["console", "json"] = Field(
        "console", description="One line per event, for people or for machines"
    )
    session_idle_minutes: int = Field(12 * 60, ge=5, description="A sign-in ends after this long without a request")
    session_days: int = Field(14, ge=1, description="A sign-in ends after this long in any case")
    lease_minutes: float = Field(20, gt=0, description="How long a sample stays reserved for one expert")
    stale_seconds: float = Field(
        20, gt=0, description="A piece of work without a sign of life for this long is given to another worker"
    )

    signing_key: SecretStr | None = Field(
        None, description="Key that signs releases, 32 bytes in base64; without it one is made in the home directory"
    )

    @property
    def blob_dir(self) -> Path:
        return self.blobs or self.home / "blobs"

    @property
    def secure_cookies(self) -> bool:
        return (self.base_url or "").startswith("https://")

    @property
    def public_url(self) -> str:
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings; `get_settings.cache_clear()` lets a test start afresh."""
    return Settings()
