"""Real database servers on loopback, each in a directory of its own that goes away with it:

    with PostgreSql() as database:
        database.execute("create table t (n integer)")
        ... database.host, database.port, database.user, database.password, database.name ...
        database.crash(); database.start()          # gone, and back on the same port with its data
"""

import glob
import os
import shutil
import signal
import subprocess

from harness import Process, ProcessError, free_port, scratch_directory

# A first start writes system tables.
_START_SECONDS = 60.0


class Database:
    """What both kinds share. Servers refuse to run as root: there, the package's own user runs them."""

    host = "127.0.0.1"
    user = "kargo"
    password = "kargo-test"
    name = "kargo"

    def __init__(self):
        self._owner = self._package_user if os.geteuid() == 0 else None
        self._scratch = scratch_directory(self._owner)
        self.directory = self._scratch.name
        self.process = None
        self.port = free_port()
        try:
            self._initialize()
            self.start()
            self._create()
        except BaseException:
            self.close()
            raise

    def start(self):
        """Starts it and returns when it takes connections, with the data it had."""
        self.process = Process(self._command(), user=self._owner, cwd=self.directory)
        self.process.wait_for_log(self._ready_pattern, seconds=_START_SECONDS)

    def stop(self):
        """Ends it in good order."""
        self.process.stop(self._stop_signal, _START_SECONDS)

    def crash(self):
        """Ends it as a crash or the kernel would: every connection is lost at once."""
        self.process.stop(self._crash_signal, _START_SECONDS)

    def restart(self):
        self.stop()
        self.start()

    def close(self):
        if self.process is not None:
            self.process.kill()
        self._scratch.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def _run(self, command, text=None):
        """Runs a tool of the database to its end, as the owner of its files; its output."""
        done = subprocess.run(
            [str(word) for word in command], input=text, capture_output=True, text=True, timeout=_START_SECONDS,
            user=self._owner, group=self._owner, extra_groups=[] if self._owner else None, cwd=self.directory,
            env={**os.environ, "HOME": self.directory},
        )
        if done.returncode != 0:
            raise ProcessError(f"{command[0]}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout


class PostgreSql(Database):
    _package_user = "postgres"
    _ready_pattern = "database system is ready to accept connections"
    _stop_signal = signal.SIGINT
    _crash_signal = signal.SIGQUIT

    def execute(self, sql):
        """Runs SQL as the administrator; rows as lines, columns between "|"."""
        return self._psql(self.name, sql)

    def _psql(self, database, sql):
        return self._run(
            [self._tool("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.directory,
             "-p", self.port, "-U", "postgres", database],
            sql,
        )

    def _initialize(self):
        # Over TCP the password counts, so that a wrong one fails as it does in production.
        self._run(
            [self._tool("initdb"), "-D", f"{self.directory}/data", "-U", "postgres", "-E", "UTF8", "--locale=C",
             "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync"]
        )

    def _command(self):
        return [
            self._tool("postgres"), "-D", f"{self.directory}/data", "-p", self.port, "-c", "listen_addresses=127.0.0.1",
            "-c", f"unix_socket_directories={self.directory}", "-c", "fsync=off", "-c", "max_connections=50",
        ]

    def _create(self):
        self._psql("postgres", f"create role {self.user} login password '{self.password}'")
        self._psql("postgres", f"create database {self.name} owner {self.user}")

    @staticmethod
    def _tool(name):
        # Debian keeps servers of several versions apart, outside the path.
        found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}")) or [shutil.which(name)]
        if found[-1] is None:
            raise ProcessError(f"{name} is not installed: make test installs it")
        return found[-1]


class MariaDb(Database):
    _package_user = "mysql"
    _ready_pattern = "ready for connections"
    _stop_signal = signal.SIGTERM
    _crash_signal = signal.SIGKILL

    def execute(self, sql):
        """Runs SQL as the administrator; rows as lines, columns between tabs."""
        return self._run(
            ["mariadb", "--no-defaults", f"--socket={self.directory}/socket", "-u", "root", "-B", "-N", self.name], sql
        )

    def _initialize(self):
        self._run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={self.directory}/data", "--skip-test-db",
             "--auth-root-authentication-method=normal"]
        )

    def _command(self):
        server = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if server is None:
            raise ProcessError("mariadbd is not installed: make test installs it")
        return [
            server, "--no-defaults", f"--datadir={self.directory}/data", f"--socket={self.directory}/socket",
            f"--pid-file={self.directory}/pid", f"--port={self.port}", "--bind-address=127.0.0.1",
            "--skip-name-resolve", "--character-set-server=utf8mb4", "--innodb-flush-log-at-trx-commit=2",
        ]

    def _create(self):
        self._run(
            ["mariadb", "--no-defaults", f"--socket={self.directory}/socket", "-u", "root"],
            f"create database {self.name}; create user {self.user}@'127.0.0.1' identified by '{self.password}';"
            f" grant all on {self.name}.* to {self.user}@'127.0.0.1';",
        )
