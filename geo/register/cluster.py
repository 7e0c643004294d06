"""A private PostGIS server in the project's own data folder.

First use creates it, later uses start or find it. It listens on a unix socket in a folder of
mode 0700 and nowhere else, so it needs no password. Root can't run PostgreSQL, so the server then
runs as the system user ``postgres``. A file lock makes two callers start one server; the lock
dies with its holder, and a cluster becomes visible only when whole, so `kill -9` of anybody at
any moment leaves something that the next caller can use.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from geo.errors import ServerError

DATABASE = "wuye"
FALLBACK_HOME = Path("/var/lib/wuye")
INSTALL_COMMAND = (
    "scripts/setup run（在项目目录），或 sudo apt-get install postgresql-15 postgresql-15-postgis-3"
)
CREATE_LOCK = 0x77757966
SOCKET_PATH_BYTES = 100  # the system's limit is 107, and PostgreSQL adds a lock file's name

# What the log says while a killed server, or its children, are still going.
STILL_LEAVING = ("still in use", "shared memory", "already exists")

# What a private server on an office PC wants; everything else stays PostgreSQL's default.
CONFIGURATION = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "'Asia/Shanghai'",
    "log_timezone": "'Asia/Shanghai'",
    "log_statement": "'none'",
}


@dataclass(frozen=True)
class _Owner:
    """The system user that the server runs as."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of_caller(cls) -> _Owner:
        if os.geteuid() != 0:
            entry = pwd.getpwuid(os.geteuid())
            return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)
        try:
            entry = pwd.getpwnam("postgres")
        except KeyError:
            raise ServerError(
                "以 root 运行时需要系统用户 postgres，但没有找到。", f"请先安装：{INSTALL_COMMAND}"
            ) from None
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    def can_enter(self, folder: Path) -> bool:
        """Tell whether the user can pass through a folder and everything above it."""
        for place in [folder, *folder.parents]:
            if not place.exists():
                continue
            found = place.stat()
            bit = 0o100 if found.st_uid == self.uid else 0o010 if found.st_gid == self.gid else 1
            if self.uid != 0 and not found.st_mode & bit:
                return False
        return True


def choose_home(wanted: Path | None, working_folder: Path) -> Path:
    """Choose the data folder: the one that was asked for, or ``.wuye`` in the working folder.

    Where the database's user can't enter the working folder (root's home, say), the default
    becomes ``/var/lib/wuye``.

    Raises
    ------
    ServerError
        When the folder that was asked for can't be entered by the database's user.
    """
    owner = _Owner.of_caller() if os.geteuid() != 0 or _postgres_exists() else None
    home = (wanted or working_folder / ".wuye").absolute()
    if owner is None or owner.can_enter(home):
        return home
    if wanted is None:
        return FALLBACK_HOME
    raise ServerError(
        f"数据库用户 {owner.name} 无法进入数据目录 {home}。",
        "请把 WUYE_HOME 设到该用户可进入的位置（例如 /var/lib/wuye），或放开上级目录的进入权限。",
    )


def _postgres_exists() -> bool:
    with contextlib.suppress(KeyError):
        pwd.getpwnam("postgres")
        return True
    return False


class Cluster:
    """The private server of one data folder.

    Parameters
    ----------
    home
        The data folder; made when missing.

    Raises
    ------
    ServerError
        From every method: PostGIS is missing, the folder belongs to another user, or the server
        does not start. The message says what to do.
    """

    def __init__(self, home: Path) -> None:
        self.home = home.absolute()
        self.data = self.home / "postgres"
        self.log = self.home / "postgres.log"
        run = self.home / "run"
        if len(os.fsencode(run)) + len("/.s.PGSQL.5432.lock") > SOCKET_PATH_BYTES:
            digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
            run = Path("/tmp") / f"wuye-{os.geteuid()}-{digest}"  # noqa: S108 - mode 0700, checked
        self.socket_folder = run

    def url(self, database: str = DATABASE) -> str:
        """Give the connection string of a database of this server (libpq's form)."""
        return f"host='{self.socket_folder}' dbname='{database}' user='{_Owner.of_caller().name}'"

    def ensure(self) -> str:
        """Create the cluster if there is none, start it if it is down; give its connection string.

        Takes about a millisecond when it is up.
        """
        self._refuse_foreign_home()
        if self.answers():
            return self.url()
        with self._lock() as lock:
            if not self.answers():
                if not self.data.exists():
                    self._create(lock)
                self._start()
            self._ensure_database()
        return self.url()

    def answers(self, database: str = DATABASE) -> bool:
        """Tell whether the server accepts connections to a database."""
        if not (self.socket_folder / ".s.PGSQL.5432").exists():
            return False
        try:
            with psycopg.connect(self.url(database), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def running(self) -> bool:
        """Tell whether a server process of this cluster is alive."""
        if not self.data.exists():
            return False
        self._clear_dead_locks()
        return self._run("pg_ctl", "status", "-D", str(self.data)).returncode == 0

    def stop(self) -> bool:
        """Stop the server if it is up; tell whether it was."""
        if not self.home.exists():
            return False
        self._refuse_foreign_home()
        with self._lock():
            if not self.running():
                return False
            done = self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "60")
            if done.returncode:
                raise ServerError(f"数据库未能停止：{done.stderr.strip()}", f"日志：{self.log}")
            return True

    def _refuse_foreign_home(self) -> None:
        if not self.data.exists():
            return
        owner, found = _Owner.of_caller(), self.data.stat().st_uid
        if found == owner.uid:
            return
        with contextlib.suppress(KeyError):
            name = pwd.getpwuid(found).pw_name
            who = "root（以 postgres 身份）" if name == "postgres" else name
            raise ServerError(
                f"数据目录 {self.home} 由 {who} 建立，当前用户 {owner.name} 不能使用。",
                "请用原来的用户运行，或把 WUYE_HOME 设为自己的目录。",
            )
        raise ServerError(
            f"数据目录 {self.home} 属于用户号 {found}，当前用户 {owner.name} 不能使用。",
            "请把 WUYE_HOME 设为自己的目录。",
        )

    @contextlib.contextmanager
    def _lock(self) -> Iterator[int]:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            handle = (self.home / "cluster.lock").open("w")
        except PermissionError as error:
            raise ServerError(
                f"不能写入数据目录 {self.home}。", "请用建立它的用户运行，或另设 WUYE_HOME。"
            ) from error
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle.fileno()

    def _own(self, folder: Path) -> None:
        """Make a folder of mode 0700 that belongs to the server's user."""
        owner = _Owner.of_caller()
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), owner.uid}:
            raise ServerError(f"目录 {folder} 不属于当前用户。", "请删除它，或另设 WUYE_HOME。")
        os.chown(folder, owner.uid, owner.gid)
        folder.chmod(0o700)

    def _create(self, lock: int) -> None:
        half = self.home / "postgres.new"
        if half.exists():  # an earlier caller was killed while creating
            shutil.rmtree(half)
        self._own(half)
        done = self._run(
            "initdb", "-D", str(half), "--auth=trust", "--no-sync",
            # Texts in the order of their characters' numbers, as C.UTF-8 has them; by the C rules
            # the server sorts them as bytes, twice as fast.
            "--locale=C.UTF-8", "--lc-collate=C", "--encoding=UTF8",
            keep_open=(lock,),  # were we killed now, initdb holds the lock until it is done
        )  # fmt: skip
        if done.returncode:
            raise ServerError(
                f"数据库初始化失败：{(done.stderr or done.stdout).strip()}",
                "请检查磁盘空间和目录权限。",
            )
        with (half / "postgresql.conf").open("a") as file:
            file.write("\n# wuye\n")
            file.writelines(f"{name} = {value}\n" for name, value in CONFIGURATION.items())
        half.rename(self.data)

    def _start(self) -> None:
        self._own(self.socket_folder)
        owner = _Owner.of_caller()
        self.log.touch()
        os.chown(self.log, owner.uid, owner.gid)
        self.log.chmod(0o600)
        words: list[str] = []
        for _ in range(20):  # after a kill -9 the old server's children take a moment to go
            done = self._run(
                "pg_ctl", "start", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "120",
                "-s", "-o", f"-k '{self.socket_folder}'",
            )  # fmt: skip
            if done.returncode == 0 or self.answers("postgres"):
                return
            words = self.log.read_text(errors="replace").splitlines()[-8:]
            if not any(sign in line for line in words for sign in STILL_LEAVING):
                break
            self._clear_dead_locks()
            time.sleep(0.5)
        raise ServerError(
            "数据库未能启动：" + (" / ".join(words[-3:]) or done.stderr.strip()),
            f"完整日志：{self.log}",
        )

    def _clear_dead_locks(self) -> None:
        """Remove lock files whose process is dead but nobody has reaped it yet.

        PostgreSQL takes such a process for a live one. It still checks by itself that no child
        of the dead server uses the shared memory.
        """
        locks = (self.data / "postmaster.pid", self.socket_folder / ".s.PGSQL.5432.lock")
        for lock in locks:
            with contextlib.suppress(OSError, ValueError):
                pid = int(lock.read_text().splitlines()[0])
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
                if state == "Z":
                    lock.unlink()

    def _ensure_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            # Were an earlier caller killed now, its backend would go on creating for a while.
            connection.execute("select pg_advisory_lock(%s)", [CREATE_LOCK])
            found = connection.execute("select 1 from pg_database where datname = %s", [DATABASE])
            if found.fetchone() is None:
                connection.execute(f"create database {DATABASE}")

    def _run(
        self, program: str, *words: str, keep_open: tuple[int, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's user, from a folder it can enter."""
        owner = _Owner.of_caller()
        who: dict[str, object] = {}
        if os.geteuid() == 0:
            who = {"user": owner.uid, "group": owner.gid, "extra_groups": []}
        clean = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        # The server inherits these handles, so they must not be pipes that we wait to see closed.
        out = self.home / f".{program}.{os.getpid()}.out"
        try:
            with out.open("w+") as file:
                done = subprocess.run(
                    [str(self._binaries() / program), *words],
                    cwd="/", env={**clean, "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL,
                    stdout=file, stderr=subprocess.STDOUT, check=False, pass_fds=keep_open,
                    **who,  # type: ignore[call-overload]
                )  # fmt: skip
                file.seek(0)
                text = file.read()
        finally:
            out.unlink(missing_ok=True)
        return subprocess.CompletedProcess(done.args, done.returncode, text, text)

    def _binaries(self) -> Path:
        """Find the programs of the PostgreSQL that this cluster was made by, with PostGIS."""
        wanted = None
        with contextlib.suppress(OSError):
            wanted = (self.data / "PG_VERSION").read_text().strip()
        for folder in _installed():
            if _has_postgis(folder) and wanted in {None, folder.parent.name}:
                return folder
        if wanted:
            raise ServerError(
                f"数据目录 {self.home} 由 PostgreSQL {wanted} 建立，本机没有该版本及其 PostGIS。",
                f"请安装：sudo apt-get install postgresql-{wanted} postgresql-{wanted}-postgis-3",
            )
        raise ServerError("本机没有 PostgreSQL 与 PostGIS。", f"请安装：{INSTALL_COMMAND}")


def _installed() -> list[Path]:
    """List the folders with PostgreSQL's server programs, newest major version first."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: float(folder.parent.name) if folder.parent.name.isdigit() else 0.0,
        reverse=True,
    )
    found = [folder for folder in debian if (folder / "pg_ctl").exists()]
    on_path = shutil.which("pg_ctl")
    if on_path:
        folder = Path(on_path).resolve().parent
        if folder not in found:
            found.append(folder)
    return found


def _has_postgis(binaries: Path) -> bool:
    shares = (
        Path("/usr/share/postgresql") / binaries.parent.name / "extension",
        binaries.parent / "share" / "postgresql" / "extension",
        binaries.parent / "share" / "extension",
    )
    return any((share / "postgis.control").exists() for share in shares)
