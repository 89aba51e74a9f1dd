"""Settings of the studio: where it keeps things, whom it serves, and its limits."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

MEGABYTE = 1_000_000


class Limits(BaseModel):
    """Limits of uploads, jobs and storage; what exceeds one is refused in a sentence that names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    upload_bytes: int = Field(default=200 * MEGABYTE, ge=1, description="largest upload, in bytes")
    upload_seconds: float = Field(default=600.0, gt=0, description="longest uploaded video or sound, in seconds")
    upload_pixels: int = Field(default=80_000_000, ge=1, description="largest uploaded picture, in pixels")
    video_pixels: int = Field(default=8_847_360, ge=1, description="largest frame of an uploaded video, in pixels (4K)")
    upload_idle_seconds: float = Field(default=20.0, gt=0, description="an upload may pause this long")
    inspect_seconds: float = Field(default=30.0, gt=0, description="time to inspect an upload")
    inspect_bytes: int = Field(default=2_000 * MEGABYTE, ge=1, description="memory to inspect an upload")
    body_bytes: int = Field(default=1 * MEGABYTE, ge=1, description="largest body of any other request")
    header_bytes: int = Field(default=16_384, ge=1, description="largest head of a request")
    waiting: int = Field(default=200, ge=1, description="jobs waiting at once, of everyone together")
    waiting_each: int = Field(default=50, ge=1, description="jobs waiting at once, of one person")
    seconds_each_day: float = Field(default=6 * 3600.0, gt=0, description="seconds of work a day for one person")
    bytes_each: int = Field(default=5_000 * MEGABYTE, ge=1, description="bytes that one person keeps")
    requests_each_minute: int = Field(default=1200, ge=1, description="requests a minute from one address or person")
    job_seconds: float = Field(default=3600.0, gt=0, description="longest run of one job")
    free_bytes: int = Field(default=500 * MEGABYTE, ge=0, description="free disk space below which nothing is accepted")
    bin_days: float = Field(default=7.0, ge=0, description="days until what is in the bin is removed")
    unused_upload_days: float = Field(default=2.0, ge=0, description="days until an upload that no job uses is removed")
    model_bytes: int = Field(default=4_000 * MEGABYTE, ge=1, description="memory of a worker's process kept warm")
    cancel_seconds: float = Field(default=10.0, gt=0, description="a cancelled job has ended after this time")


class Settings(BaseModel):
    """Settings of a studio. `database` None: SQLite in `folder`. `users`: accounts are asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path = Path(".mien/studio")
    database: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65535)
    hosts: tuple[str, ...] = ()
    """Further host names under which the studio may be asked for."""
    users: bool = False
    secure: bool = False
    """Whether it is reached by HTTPS, through a proxy: then cookies are sent by HTTPS only."""
    workers: int = Field(default=1, ge=0, le=64)
    mlflow: str = "http://127.0.0.1:5000"
    prefect: str = "http://127.0.0.1:4200"
    limits: Limits = Limits()

    @property
    def database_url(self) -> str:
        """The address of the database for SQLAlchemy, of psycopg for PostgreSQL."""
        if self.database is None:
            return f"sqlite:///{self._database_file.absolute()}"
        scheme, _, rest = self.database.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else self.database

    @property
    def is_made(self) -> bool:
        """Whether there is this studio already: its folder, with its database where that is in it."""
        return self.folder.is_dir() if self.database is not None else self._database_file.is_file()

    @property
    def _database_file(self) -> Path:
        return self.folder / "studio.db"

    def hint(self, command: str) -> str:
        """A command line of mien for this studio, such as `mien worker --folder …`, for messages."""
        parts = [f"mien {command}"]
        if self.folder != Settings.model_fields["folder"].default:
            parts.append(f"--folder {self.folder}")
        if self.database is not None:
            parts.append("--database …")  # it may hold a password
        return " ".join(parts)
