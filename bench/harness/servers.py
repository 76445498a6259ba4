"""The servers that are compared: how each is found, configured and started."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from .processes import SERVER_CORE, RunningServer, free_port, spawn
from .workloads import HELLO, Workload

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "bench" / "servers"
NOBODY = 65534

# -n: no php.ini, so no Xdebug and the like whatever the machine has; what a server needs is named.
PHP_OPTIONS = ["-n", "-d", "zend_extension=opcache", "-d", "opcache.enable_cli=1", "-d", "memory_limit=256M"]


@dataclass
class Bench:
    """Where everything is."""

    directory: Path
    php: str = "php"
    extension: Path = ROOT / "build" / "kargo_event.so"
    limit: Path = Path()
    answers: dict[str, Path] = field(default_factory=dict)

    def with_extensions(self, *names: str) -> list[str]:
        """The options that load those of the named extensions which this PHP has as files."""
        directory = subprocess.run([self.php, "-n", "-r", "echo ini_get('extension_dir');"],
                                   capture_output=True, text=True, check=True).stdout
        return [option for name in names if (Path(directory) / f"{name}.so").exists()
                for option in ("-d", f"extension={name}")]


class Server:
    """One way to serve. `missing` says what is not there, or is empty; `unfit` why a workload cannot be measured."""

    name = ""
    title = ""

    def missing(self, bench: Bench) -> str:
        raise NotImplementedError

    def version(self, bench: Bench) -> str:
        return ""

    def unfit(self, bench: Bench, workload: Workload) -> str:
        return "brings no SOAP" if workload.is_soap and not self.has_soap(bench) else ""

    def has_soap(self, bench: Bench) -> bool:
        return False

    def command(self, bench: Bench, port: int, workload: Workload) -> list[str]:
        raise NotImplementedError

    def environment(self, bench: Bench, port: int) -> dict[str, str]:
        return {}

    def start(self, bench: Bench, workload: Workload) -> RunningServer:
        port = free_port()
        log = bench.directory / f"{self.name}.log"
        log.unlink(missing_ok=True)
        root = spawn(self.command(bench, port, workload), core=SERVER_CORE, log=log,
                     environment=self.environment(bench, port))
        server = RunningServer(self.name, port, [root], log)
        return listening(server)


@dataclass
class Classic(Server):
    """A page by a plain handler, or by an application in classic mode: for bench/classic only."""

    kind: str

    def __post_init__(self):
        self.name = self.title = self.kind

    def missing(self, bench: Bench) -> str:
        return "" if bench.extension.exists() else f"{bench.extension} is not built"

    def command(self, bench: Bench, port: int, workload: Workload) -> list[str]:
        return [bench.php, *PHP_OPTIONS, "-d", f"extension={bench.extension}", str(SCRIPTS / "classic.php"),
                f"127.0.0.1:{port}", "1", self.kind]


class Limit(Server):
    """The bare epoll server, answering with the bytes that ours answers."""

    title = "limit: bare epoll, no PHP"

    def __init__(self, name: str, title: str = ""):
        self.name, self.title = name, title or self.title

    def missing(self, bench: Bench) -> str:
        return "" if bench.limit.exists() else f"{bench.limit.name} is not built"

    def has_soap(self, bench: Bench) -> bool:
        return True

    def command(self, bench: Bench, port: int, workload: Workload) -> list[str]:
        return [str(bench.limit), f"127.0.0.1:{port}", str(bench.answers[workload.name]), str(workload.body_bytes)]


class Kargo(Server):
    name, title = "kargo", "kargo-event"
    workers = 1

    def missing(self, bench: Bench) -> str:
        return "" if bench.extension.exists() else f"{bench.extension.name} is not built (make build)"

    def has_soap(self, bench: Bench) -> bool:
        return True

    def command(self, bench: Bench, port: int, workload: Workload) -> list[str]:
        return [bench.php, *PHP_OPTIONS, "-d", f"extension={bench.extension}", str(SCRIPTS / "kargo.php"),
                f"127.0.0.1:{port}", str(self.workers)]


class KargoEvhttp(Kargo):
    """The classic API: a callback that answers every request with the same string."""

    name, title = "kargo-evhttp", "kargo-event, classic evhttp"

    def unfit(self, bench: Bench, workload: Workload) -> str:
        return "" if workload.answer == HELLO else "it answers every request with the same text"

    def command(self, bench: Bench, port: int, workload: Workload) -> list[str]:
        return [bench.php, *PHP_OPTIONS, "-d", f"extension={bench.extension}", str(SCRIPTS / "evhttp.php"), f"127.0.0.1:{port}"]


class Swoole(Server):
    """Swoole or OpenSwoole, from PHP's extension directory or the file that BENCH_SWOOLE names."""

    name, title = "swoole", "Swoole, BASE mode"

    def missing(self, bench: Bench) -> str:
        return "" if self.version(bench) else "no extension swoole or openswoole (BENCH_SWOOLE=FILE names one)"

    def extensions(self, bench: Bench) -> list[str]:
        file = os.environ.get("BENCH_SWOOLE")
        own = ["-d", f"extension={file}"] if file else bench.with_extensions("swoole", "openswoole")
        return [*bench.with_extensions("sockets", "pdo", "curl", "simplexml"), *own]

    def version(self, bench: Bench) -> str:
        code = "echo phpversion('swoole') ?: phpversion('openswoole');"
        run = subprocess.run([bench.php, *PHP_OPTIONS, *self.extensions(bench), "-r", code], capture_output=True, text=True)
        return run.stdout.strip() if run.returncode == 0 else ""

    def command(self, bench: Bench, port: int, workload: Workload) -> list[str]:
        return [bench.php, *PHP_OPTIONS, *self.extensions(bench), str(SCRIPTS / "swoole.php"), "127.0.0.1", str(port)]


class Workerman(Server):
    """Workerman, found through the Composer autoloader that WORKERMAN_AUTOLOAD names."""

    name, title = "workerman", "Workerman"

    def missing(self, bench: Bench) -> str:
        autoload = os.environ.get("WORKERMAN_AUTOLOAD", "")
        return "" if os.path.exists(autoload) else "WORKERMAN_AUTOLOAD=vendor/autoload.php does not name one"

    def version(self, bench: Bench) -> str:
        code = "require getenv('WORKERMAN_AUTOLOAD'); echo Workerman\\Worker::VERSION, extension_loaded('event') ? ' + event' : '';"
        run = subprocess.run([bench.php, *PHP_OPTIONS, *self.extensions(bench), "-r", code], capture_output=True, text=True)
        return run.stdout.strip() if run.returncode == 0 else ""

    def extensions(self, bench: Bench) -> list[str]:
        return bench.with_extensions("sockets", "ctype", "posix", "event", "simplexml")

    def command(self, bench: Bench, port: int, workload: Workload) -> list[str]:
        return [bench.php, *PHP_OPTIONS, *self.extensions(bench), str(SCRIPTS / "workerman.php"), "start"]

    def environment(self, bench: Bench, port: int) -> dict[str, str]:
        return {"BENCH_ADDRESS": f"127.0.0.1:{port}", "BENCH_DIRECTORY": str(bench.directory)}


class Node(Server):
    name, title = "node", "Node, http module"

    def missing(self, bench: Bench) -> str:
        return "" if shutil.which("node") else "node is not installed"

    def version(self, bench: Bench) -> str:
        return subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")

    def command(self, bench: Bench, port: int, workload: Workload) -> list[str]:
        return ["node", str(SCRIPTS / "node.js"), "127.0.0.1", str(port)]


class CliServer(Server):
    name, title = "php-s", "php -S"

    def missing(self, bench: Bench) -> str:
        return ""

    def unfit(self, bench: Bench, workload: Workload) -> str:
        return "closes the connection after each answer" if workload.pipeline > 1 else super().unfit(bench, workload)

    def has_soap(self, bench: Bench) -> bool:
        return bool(bench.with_extensions("soap"))

    def command(self, bench: Bench, port: int, workload: Workload) -> list[str]:
        return [bench.php, *PHP_OPTIONS, *bench.with_extensions("simplexml", "soap"), "-q", "-S", f"127.0.0.1:{port}",
                str(SCRIPTS / "index.php")]


NGINX_CONFIGURATION = """
daemon off;
pid {directory}/nginx.pid;
error_log stderr error;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
    client_body_buffer_size 64k;
    fastcgi_buffers 16 16k;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            fastcgi_pass unix:{directory}/fpm.sock;
            fastcgi_param SCRIPT_FILENAME {directory}/index.php;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param REQUEST_URI $request_uri;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param SERVER_PROTOCOL $server_protocol;
        }}
    }}
}}
"""

FPM_CONFIGURATION = """
[global]
error_log = {directory}/server.log
daemonize = no
[www]
listen = {directory}/fpm.sock
listen.backlog = 1024
pm = static
pm.max_children = {children}
catch_workers_output = yes
{environment}
"""


class NginxFpm(Server):
    """nginx and php-fpm with opcache, four children, no request limit, on the same core."""

    name, title = "nginx-fpm", "nginx + php-fpm + opcache"

    def binary(self, bench: Bench) -> str:
        code = "echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION;"
        version = subprocess.run([bench.php, "-n", "-r", code], capture_output=True, text=True).stdout
        path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
        return shutil.which(f"php-fpm{version}", path=path) or shutil.which("php-fpm", path=path) or ""

    def missing(self, bench: Bench) -> str:
        absent = [what for what, found in (("nginx", nginx()), ("php-fpm", self.binary(bench))) if not found]
        return f"{' and '.join(absent)} not installed" if absent else ""

    def version(self, bench: Bench) -> str:
        text = subprocess.run([nginx(), "-v"], capture_output=True, text=True).stderr
        found = re.search(r"nginx/([\d.]+)", text)
        return found[1] if found else ""

    def has_soap(self, bench: Bench) -> bool:
        return bool(bench.with_extensions("soap"))

    def start(self, bench: Bench, workload: Workload) -> RunningServer:
        # A directory of its own outside of the project, which another user may not be allowed to look into.
        temporary = tempfile.TemporaryDirectory(prefix="kargo-bench-")
        directory = Path(temporary.name)
        port = free_port()
        log = directory / "server.log"
        log.touch()
        for script in ("index.php", "application.php", "soap.php", "poll.wsdl"):
            shutil.copy(SCRIPTS / script, directory)
        places = {"directory": directory, "port": port}
        (directory / "nginx.conf").write_text(NGINX_CONFIGURATION.format(**places))
        (directory / "fpm.conf").write_text(FPM_CONFIGURATION.format(**places, children=4, environment=""))
        user = None
        if os.geteuid() == 0:
            user = NOBODY  # php-fpm refuses to run as root, and neither needs to
            for path in [directory, *directory.iterdir()]:
                os.chown(path, NOBODY, NOBODY)
        fpm_command = [self.binary(bench), "-n", "-y", str(directory / "fpm.conf"), "-d", "zend_extension=opcache",
                       *bench.with_extensions("simplexml", "soap"), "--nodaemonize"]
        # SIGTERM, since a master killed outright would leave its children behind.
        options = {"core": SERVER_CORE, "log": log, "user": user, "death_signal": signal.SIGTERM}
        fpm = spawn(fpm_command, **options)
        web_server = spawn([nginx(), "-e", "stderr", "-p", str(directory), "-c", str(directory / "nginx.conf")], **options)
        return listening(RunningServer(self.name, port, [web_server, fpm], log, temporary), directory / "fpm.sock")


def listening(server: RunningServer, *more_addresses: Path) -> RunningServer:
    """The server once it accepts connections, on the unix sockets named too; ended again if it never does."""
    try:
        for address in [("127.0.0.1", server.port), *more_addresses]:
            server.wait_until_listening(address)
    except BaseException:
        server.stop()
        raise
    return server


def nginx() -> str:
    """nginx, also where an ordinary user's PATH does not lead; empty if there is none."""
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])) or ""


def all_servers() -> dict[str, Server]:
    servers = [Limit("limit"), Limit("control", "limit again, as a control"), Kargo(), KargoEvhttp(), Swoole(), Workerman(),
               Node(), NginxFpm(), CliServer()]
    return {server.name: server for server in servers}
