"""Builds the library with Cargo and writes its Python side when the package is built: `pip install bindings/python`."""

import os
import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROFILE = os.environ.get("LISSOM_PROFILE", "release")


class Build(build_py):
    def run(self):
        subprocess.run(
            ["cargo", "build", "--locked", "--profile", PROFILE, "-p", "lissom-ffi"], cwd=ROOT, check=True
        )
        target = ROOT / "target" / ("debug" if PROFILE == "dev" else PROFILE)
        names = ("liblissom_ffi.so", "liblissom_ffi.dylib", "lissom_ffi.dll")
        library = next(target / name for name in names if (target / name).exists())
        out = ROOT / "target" / "python-package"
        subprocess.run(["bash", "bindings/generate", str(library), str(out), "python"], cwd=ROOT, check=True)
        super().run()
        package = Path(self.build_lib) / "lissom"
        shutil.copy(library, package / library.name)
        shutil.copy(out / "python" / "lissom.py", package / "_lissom.py")


class Binary(Distribution):
    """Holds a library for one system: its wheel must say so."""

    def has_ext_modules(self):
        return True


setup(cmdclass={"build_py": Build}, distclass=Binary)
