"""Pages of frameworks, plain scripts and static files: how they are deployed, and the servers that are compared."""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .processes import SERVER_CORE, RunningServer, ServerError, free_port, spawn
from .servers import FPM_CONFIGURATION, NOBODY, PHP_OPTIONS, ROOT, SCRIPTS, Bench, NginxFpm, Server, listening, nginx
from .workloads import HOST, Workload

YARDSTICK = "kargo"

#: As the frameworks' documentation and php.ini-production have it; the same for every PHP.
PRODUCTION = [option for setting in (
    "opcache.validate_timestamps=0", "opcache.file_update_protection=0", "opcache.memory_consumption=256", "opcache.interned_strings_buffer=16",
    "opcache.max_accelerated_files=20000", "realpath_cache_size=4096K", "realpath_cache_ttl=600", "zend.assertions=-1",
) for option in ("-d", setting)]
#: Off unless it is asked for, in PHP as it comes; measured in rows of its own, on both sides.
JIT = ["-d", "opcache.jit=tracing", "-d", "opcache.jit_buffer_size=64M"]
EXTENSIONS = ("ctype", "tokenizer", "dom", "simplexml", "xml", "pdo", "pdo_sqlite", "mbstring", "iconv", "fileinfo", "intl")

#: Both kinds of server get them, the demos read them.
ENVIRONMENT = {
    "APP_SECRET": "0123456789abcdef0123456789abcdef",
    "APP_KEY": "base64:QmVuY2htYXJrcyBuZWVkIG5vIHNlY3JldCBrZXkhISE=",
    "KARGO_DEMO_WORKERS": "1",
}

FRAMEWORKS = {"symfony": "Symfony/Bundle/FrameworkBundle/autoload.php", "laravel": "Illuminate/Foundation/Application.php"}


@dataclass(frozen=True)
class Subject:
    """What is asked for. `kind` is the demo's framework, scripts or files."""

    name: str
    title: str
    kind: str
    path: str
    expected: str

    @property
    def is_framework(self) -> bool:
        return self.kind in FRAMEWORKS


SUBJECTS = [
    Subject("symfony-home", "Symfony: the home page (routing, controller, services, Twig)", "symfony", "/", "Polls on Symfony"),
    Subject("symfony-polls", "Symfony: the list of polls, with a query to SQLite", "symfony", "/poll", "What framework do you prefer?"),
    Subject("laravel-about", "Laravel: a page without a session (routing, controller, Blade)", "laravel", "/about", "About"),
    Subject("laravel-home", "Laravel: the home page (routing, Blade, a session)", "laravel", "/", "Polls on Laravel"),
    Subject("laravel-polls", "Laravel: the list of polls, by Eloquent from SQLite", "laravel", "/poll", "What framework do you prefer?"),
    Subject("script", "A plain script with a query and a table", "scripts", "/plain.php?limit=4", "4.99"),
    Subject("file", "A file of 4 KB", "files", "/small.css", ".rule"),
    Subject("large-file", "A file of 1 MB", "files", "/large.js", "console"),
]


class Deployment:
    """What is served, in a folder that the servers' user can read; made ready once for all servers."""

    def __init__(self, bench: Bench, folder: Path):
        self.bench, self.folder = bench, folder
        self.user = NOBODY if os.geteuid() == 0 else None
        self.php = [bench.php, *PHP_OPTIONS, *PRODUCTION, *bench.with_extensions(*EXTENSIONS)]
        folder.chmod(0o755)
        self.extension = folder / "kargo_event.so"
        shutil.copy(bench.extension, self.extension)
        without = shutil.ignore_patterns("data", "var", "storage", "cache", "vendor")
        for part in ("php", "bench/servers/pages", "demos/library", "demos/zf-apiserver/deploy"):
            shutil.copytree(ROOT / part, folder / part, ignore=without)
        for subject in (subject for subject in SUBJECTS if subject.is_framework):
            shutil.copytree(ROOT / "demos" / subject.kind, self.demo(subject), ignore=without)
        self.public = folder / "public"
        self.public.mkdir()
        shutil.copy(SCRIPTS / "pages" / "plain.php", self.public)
        (self.public / "small.css").write_bytes(b".rule { color: #123456; margin: 0 }\n" * 113)
        (self.public / "large.js").write_bytes(b"console.log('line of a large script');\n" * 26_886)
        for path in [folder, *folder.rglob("*")]:
            if self.user is not None:
                os.chown(path, self.user, self.user)

    def finds(self, file: str) -> bool:
        """Whether PHP finds this file in its include path."""
        code = "exit(stream_resolve_include_path($argv[1]) === false ? 1 : 0);"
        return subprocess.run([*self.php, "-r", code, "--", file]).returncode == 0

    def demo(self, subject: Subject) -> Path:
        return self.folder / "demos" / subject.name

    def root(self, subject: Subject) -> Path:
        return self.demo(subject) / "public" if subject.is_framework else self.public

    def prepare(self, subject: Subject) -> str:
        """Makes a framework's caches. Returns the visitor's Cookie header."""
        if not subject.is_framework:
            return ""
        demo, scripts = self.demo(subject), self.folder / "bench/servers/pages"
        self.root(subject).mkdir(exist_ok=True)
        shutil.copy(scripts / f"{subject.kind}.php", self.root(subject) / "index.php")
        if self.user is not None:
            os.chown(self.root(subject), self.user, self.user)
        cookie = self._run(scripts / "prepare.php", subject.kind, str(demo))
        # What is generated by the first page is there when the second one says which classes it needs.
        for _ in range(2):
            self._run(scripts / "classmap.php", subject.kind, str(demo), subject.path, cookie)
        return cookie

    def _run(self, script: Path, *arguments: str) -> str:
        options = {} if self.user is None else {"user": self.user, "group": self.user, "extra_groups": []}
        run = subprocess.run([*self.php, str(script), *arguments], capture_output=True, text=True, cwd=self.folder,
                             env={**os.environ, **ENVIRONMENT}, **options)
        if run.returncode != 0:
            raise ServerError(f"{script.name} {' '.join(arguments[:1])}: {(run.stdout + run.stderr).strip()[-600:]}")
        return run.stdout.strip()


class KargoPages(Server):
    """Ours: one worker and its idle master; scripts in a process beside it."""

    def __init__(self, deployment: Deployment, subject: Subject, name: str, title: str, settings: tuple[str, ...] = ()):
        self.deployment, self.subject, self.name, self.title, self.settings = deployment, subject, name, title, settings

    def missing(self, bench: Bench) -> str:
        return "" if bench.extension.exists() else f"{bench.extension.name} is not built (make build)"

    def start(self, bench: Bench, workload: Workload) -> RunningServer:
        port = free_port()
        log = bench.directory / f"{self.name}.{self.subject.name}.log"
        log.unlink(missing_ok=True)
        pages = [*self.deployment.php, *self.settings, "-d", f"extension={self.deployment.extension}"]
        if self.subject.is_framework:
            command = [*pages, str(self.deployment.demo(self.subject) / "bin/main.php"), "127.0.0.1", str(port)]
        else:
            mounts = self.deployment.folder / "bench/servers/pages/mounts.php"
            command = [*pages, str(mounts), f"127.0.0.1:{port}", self.subject.kind, str(self.deployment.root(self.subject))]
        root = spawn(command, core=SERVER_CORE, log=log, user=self.deployment.user, environment=ENVIRONMENT,
                     death_signal=signal.SIGTERM)
        return listening(RunningServer(self.name, port, [root], log))


NGINX = """
daemon off;
pid {directory}/nginx.pid;
error_log stderr error;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
    types {{ text/css css; application/javascript js; text/html html; }}
    server {{
        listen 127.0.0.1:{port};
        root {root};
        location / {{ {location} }}
        location ~ ^/[a-z]+\\.php(/|$) {{
            fastcgi_pass unix:{directory}/fpm.sock;
            fastcgi_split_path_info ^(.+\\.php)(/.*)$;
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
            {parameters}
        }}
    }}
}}
"""

#: fastcgi_params as nginx ships it, with the Host header as it came.
PARAMETERS = " ".join(f"fastcgi_param {name} {value};" for name, value in (
    ("QUERY_STRING", "$query_string"), ("REQUEST_METHOD", "$request_method"), ("CONTENT_TYPE", "$content_type"),
    ("CONTENT_LENGTH", "$content_length"), ("SCRIPT_NAME", "$fastcgi_script_name"), ("REQUEST_URI", "$request_uri"),
    ("DOCUMENT_URI", "$document_uri"), ("DOCUMENT_ROOT", "$document_root"), ("SERVER_PROTOCOL", "$server_protocol"),
    ("REQUEST_SCHEME", "$scheme"), ("GATEWAY_INTERFACE", "CGI/1.1"), ("SERVER_SOFTWARE", "nginx/$nginx_version"),
    ("REMOTE_ADDR", "$remote_addr"), ("REMOTE_PORT", "$remote_port"), ("SERVER_ADDR", "$server_addr"),
    ("SERVER_PORT", "$server_port"), ("SERVER_NAME", "$server_name"), ("REDIRECT_STATUS", "200"),
))


class NginxPages(NginxFpm):
    """nginx, and php-fpm with two children where there is something to run."""

    #: Classes are found by the packages' own autoloaders, without and with the JIT; by one map of the page's classes; all before
    #: the first request.
    KINDS = {"": "", "jit": ", JIT", "classmap": ", one class map", "preload": ", all classes preloaded"}

    def __init__(self, deployment: Deployment, subject: Subject, kind: str = ""):
        self.deployment, self.subject, self.kind = deployment, subject, kind
        self.name = f"nginx-fpm-{kind}" if kind else "nginx-fpm"
        self.title = "nginx" if self.is_alone else "nginx + php-fpm + opcache" + self.KINDS[kind]

    @property
    def is_alone(self) -> bool:
        return self.subject.kind == "files"

    def missing(self, bench: Bench) -> str:
        if self.is_alone:
            return "" if nginx() else "nginx not installed"
        return super().missing(bench)

    def start(self, bench: Bench, workload: Workload) -> RunningServer:
        port = free_port()
        directory = self.deployment.folder / f"{self.name}.{self.subject.name}.{port}"
        directory.mkdir()
        log = directory / "server.log"
        log.touch()
        root = self.deployment.root(self.subject)
        location = "try_files $uri /index.php$is_args$args;" if self.subject.is_framework else "try_files $uri =404;"
        (directory / "nginx.conf").write_text(NGINX.format(directory=directory, port=port, root=root, location=location,
                                                           parameters=PARAMETERS))
        finder = {"BENCH_AUTOLOAD": "packages.php" if self.kind in ("", "jit") else "classmap.php"}
        environment = "\n".join(f"env[{name}] = '{value}'" for name, value in {**ENVIRONMENT, **finder}.items())
        (directory / "fpm.conf").write_text(FPM_CONFIGURATION.format(directory=directory, children=2, environment=environment))
        if self.deployment.user is not None:
            for path in [directory, *directory.iterdir()]:
                os.chown(path, self.deployment.user, self.deployment.user)
        options = {"core": SERVER_CORE, "log": log, "user": self.deployment.user, "death_signal": signal.SIGTERM}
        roots = [spawn([nginx(), "-e", "stderr", "-p", str(directory), "-c", str(directory / "nginx.conf")], **options)]
        if self.is_alone:
            return listening(RunningServer(self.name, port, roots, log))
        more = {"preload": ["-d", f"opcache.preload={self.deployment.demo(self.subject)}/preload.php"], "jit": JIT}.get(self.kind, [])
        command = [self.binary(bench), "-n", "-y", str(directory / "fpm.conf"), *self.deployment.php[2:], *more, "--nodaemonize"]
        roots.append(spawn(command, **options))
        return listening(RunningServer(self.name, port, roots, log), directory / "fpm.sock")


def servers_of(deployment: Deployment, subject: Subject) -> list[Server]:
    servers: list[Server] = [KargoPages(deployment, subject, YARDSTICK, "kargo-event"),
                             KargoPages(deployment, subject, "control", "kargo-event again, as a control"),
                             NginxPages(deployment, subject)]
    if subject.is_framework:
        servers.insert(1, KargoPages(deployment, subject, "kargo-jit", "kargo-event, JIT", tuple(JIT)))
        servers += [NginxPages(deployment, subject, "jit"), NginxPages(deployment, subject, "classmap")]
    if subject.kind == "symfony":
        # Its documentation recommends it; Laravel's does not know it.
        servers.append(NginxPages(deployment, subject, "preload"))
    return servers


def missing(deployment: Deployment, subject: Subject) -> str:
    """Why there is no such page here; empty if there is."""
    if subject.is_framework and not deployment.finds(FRAMEWORKS[subject.kind]):
        return f"{subject.kind} is not installed"
    return ""


def versions(deployment: Deployment) -> dict[str, str]:
    """Of everything that has a part in a page."""
    found = {"nginx": NginxPages(deployment, SUBJECTS[0]).version(deployment.bench)}
    for name, file, constant in (
        ("Symfony", "Symfony/Component/HttpKernel/autoload.php", "Symfony\\Component\\HttpKernel\\Kernel::VERSION"),
        ("Laravel", "Illuminate/autoload.php", "Illuminate\\Foundation\\Application::VERSION"),
    ):
        if deployment.finds(file):
            run = subprocess.run([*deployment.php, "-r", f"require '{file}'; echo {constant};"], capture_output=True, text=True)
            found[name] = run.stdout.strip()
    return {name: version for name, version in found.items() if version}


def request(subject: Subject, cookie: str) -> bytes:
    lines = [f"GET {subject.path} HTTP/1.1", f"Host: {HOST}", *([f"Cookie: {cookie}"] if cookie else [])]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()
