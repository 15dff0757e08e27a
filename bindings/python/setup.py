"""Builds the library with Cargo and writes its Python side when the package is built: `pip install bindings/python`.

`LISSOM_PROFILE=dev` takes the build of the tests, which is quick to make and slow to run.
"""

import os
import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROFILE = os.environ.get("LISSOM_PROFILE", "release")
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


class Build(build_py):
    def run(self):
        subprocess.run(
            ["cargo", "build", "--locked", "--profile", PROFILE, "-p", "lissom-ffi"], cwd=ROOT, check=True
        )
        built = TARGET / ("debug" if PROFILE == "dev" else PROFILE)
        names = ("liblissom_ffi.so", "liblissom_ffi.dylib", "lissom_ffi.dll")
        library = next(built / name for name in names if (built / name).exists())
        out = TARGET / "python-package"
        subprocess.run(["bash", "bindings/generate", str(library), str(out), "python"], cwd=ROOT, check=True)
        super().run()
        package = Path(self.build_lib) / "lissom"
        shutil.copy(library, package / library.name)
        shutil.copy(out / "python" / "lissom.py", package / "_lissom.py")


class Binary(Distribution):
    """Holds a library for one system: its wheel must say so."""

    def has_ext_modules(self):
        return True


class Wheel(bdist_wheel):
    """For one system, but any Python: the library is loaded by its names, and knows nothing of the interpreter."""

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


setup(cmdclass={"build_py": Build, "bdist_wheel": Wheel}, distclass=Binary)
