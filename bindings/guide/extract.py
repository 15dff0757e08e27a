"""Takes the blocks out of the guide: `extract.py PAGE OUT`. Each becomes a file of its language, to be compiled.

A block of declarations stands as it is; one of statements becomes the body of a function, with what apps have at hand as
arguments. A block that is of no language known here, or not to be compiled, must be named in LEFT_OUT, and the page must say so
in the line above it; anything else fails.
"""

import re
import sys
from pathlib import Path

page, out = Path(sys.argv[1]), Path(sys.argv[2])
LEFT_OUT = {"build.gradle.kts"}
DECLARES = {
    "kotlin": r"(private |internal |suspend |data |@)*(class|object|interface|fun|val http)\b",
    "swift": r"(@\w+(\(.*\))? |private |public |final )*(class|struct|enum|extension|protocol|func)\b",
}
HEAD = {
    "kotlin": "@file:Suppress(\"unused\", \"UNUSED_VARIABLE\")\n\npackage guide\n\nimport org.lissom.*\nimport kotlinx.coroutines.launch\n",
    "swift": "import Foundation\nimport Lissom\n",
}
OPENING = {
    "kotlin": "suspend fun block{number}(context: android.content.Context, scope: kotlinx.coroutines.CoroutineScope, phone: Diary, relay: String) {{",
    "swift": "@MainActor func block{number}(diary: Diary, folder: URL, relay: String) async throws {{",
}
ENDING = {"kotlin": ".kt", "swift": ".swift"}


def compiled(language: str, number: int, lines: list[str]) -> str:
    guarded = "#if" in "".join(lines)
    imports = [] if guarded else [line for line in lines if line.startswith("import ")]
    rest = lines if guarded else [line for line in lines if not line.startswith("import ")]
    if not any(re.match(DECLARES[language], line) for line in rest):
        rest = [OPENING[language].format(number=number), *("    " + line for line in rest), "}"]
    return HEAD[language] + "\n".join([*imports, "", *rest]) + "\n"


lines, number, scripts = page.read_text().split("\n"), 0, []
while lines:
    line = lines.pop(0)
    if not line.startswith("```"):
        before = line or before if number or line else line
        continue
    language, number, block = line.removeprefix("```"), number + 1, []
    while not (inside := lines.pop(0)).startswith("```"):
        block.append(inside)
    left_out = re.fullmatch(r"`(.+)`, not compiled here:", before)
    if left_out and left_out[1] in LEFT_OUT:
        continue
    if language == "python":
        scripts += block
    elif language in HEAD:
        folder = out / language
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"Block{number}{ENDING[language]}").write_text(compiled(language, number, block))
    else:
        sys.exit(f"block {number} ({language or 'of no language'}) is neither compiled nor said to be left out")
body = "\n".join("    " + line for line in scripts)
out.joinpath("block.py").write_text(
    f"import asyncio, sys\nimport lissom\n\n\nasync def blocks(folder, relay):\n{body}\n\n\nasyncio.run(blocks(*sys.argv[1:]))\n"
)

# The table of errors has every one there is.
errors = Path("bindings/api.txt").read_text().split("\nLissomError\n")[1]
errors = re.findall(r"^  ([A-Z]\w+)$", errors.split("\nLocalDay\n")[0], re.M)
table = "\n".join(line for line in page.read_text().split("\n") if line.startswith("| `"))
missing = [error for error in errors if f"`{error}`" not in table]
if missing or len(errors) < 20:
    sys.exit(f"the table of errors lacks {missing}")
print(f"{number} blocks, {len(errors)} errors")
