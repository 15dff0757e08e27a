"""A real relay in a process of its own, on loopback."""

import subprocess
import tempfile
from pathlib import Path


class Relay:
    def __init__(self, program: str) -> None:
        self.program = program
        self.folder = tempfile.TemporaryDirectory()
        self.process: subprocess.Popen[str] | None = None
        self.address = ""
        self.start("127.0.0.1:0")

    def start(self, listen: str) -> None:
        command = [self.program, "serve", "--log", "error", "--listen", listen, "--min-free", "0", "--registration", "open", "--data"]
        self.process = subprocess.Popen([*command, str(Path(self.folder.name) / "data")], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.address = line.removeprefix("listening on ").strip()
        assert self.address.startswith("http://"), line

    def stop(self) -> None:
        """Takes it away; what it holds stays."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def close(self) -> None:
        self.stop()
        self.folder.cleanup()
