"""Measures how reliable Lissom is, part by part, and writes docs/reliability.md from what was measured.

Each part runs one tool, or reads what runs of it left elsewhere, and is kept in tests/reliability/measured/PART.json with the
commit, the machine and the time. The page is written from these, so that the parts that take hours can run by themselves.

    python3 tests/reliability/report.py                       the page, from what was measured
    python3 tests/reliability/report.py --check               whether the page says what was measured
    python3 tests/reliability/report.py sim --seeds 50000     one part, then the page
    python3 tests/reliability/report.py --list                all parts
    python3 tests/reliability/report.py fuzz guard --seconds 600

From files, instead of running (`--add` is the same as `--from`; it takes the place of what was kept of that part):

    python3 tests/reliability/report.py sim --add CHUNK…      what `sim --json` printed, added up; seeds must not overlap
    python3 tests/reliability/report.py mutants --from DIR…   what cargo-mutants left in DIR/mutants.out, of all shards
    python3 tests/reliability/report.py fuzz guard --from LOG…  what `just fuzz guard …` printed
    python3 tests/reliability/report.py coverage --from FILE  `cargo llvm-cov --summary-only`, as JSON or as a table
    python3 tests/reliability/report.py planted --from LOG    and so on: what the tests of that part printed

What was measured at another commit or on another machine says so: `--commit ID`, `--machine TEXT`, `--rustc TEXT`.
"""

import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "tests" / "reliability" / "measured"
PAGE = ROOT / "docs" / "reliability.md"
REASONS = ROOT / "tests" / "reliability" / "missed.toml"


def run(words, env=None, allow_failure=False):
    """Runs a tool at the root; gives what it printed, on both streams."""
    print("+", " ".join(words), file=sys.stderr)
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, **(env or {})}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode and not allow_failure:
        sys.exit(f"{done.stdout}\n{words[0]} ended with {done.returncode}")
    return done.stdout


def cargo_test(*words, env=None):
    return run(["cargo", "test", "--locked", *words, "--", "--nocapture"], env)


def numbers(pattern, text):
    return [int(found) for found in re.findall(pattern, text)]


def ran_or_read(asked, go):
    """What runs printed: of those that left these files, or of one that is made now."""
    return "\n".join(read(path) for path in asked.source) if asked.source else go()


def read(path):
    try:
        return Path(path).read_text()
    except OSError as error:
        sys.exit(f"{path}: {error.strerror}")


def sim(asked):
    words = ["cargo", "run", "--release", "--locked", "--quiet", "-p", "lissom-tests", "--bin", "sim", "--", "--json",
             "--first", str(asked.first), "--seeds", str(asked.seeds), "--steps", str(asked.steps)]
    return read_sim(ran_or_read(asked, lambda: run(words, allow_failure=True)), len(asked.source or [""]))


def read_sim(text, files):
    """Adds up what `sim --json` printed, one line a run; other lines may stand around them."""
    lines = [line for line in text.splitlines() if line.startswith('{"')]
    chunks = sorted((json.loads(line) for line in lines), key=lambda chunk: chunk["first"])
    if not chunks or len(chunks) < files:
        sys.exit(f"sim: {len(chunks)} results in {files} files; was it run with --json, and to its end?\n{text[-2000:]}")
    if len({chunk["steps_each"] for chunk in chunks}) > 1:
        sys.exit("sim: runs of other lengths cannot be added up")
    ranges, counts = [], {}
    for chunk in chunks:
        if ranges and chunk["first"] < sum(ranges[-1]):
            sys.exit(f"sim: seed {chunk['first']} was run twice")
        if ranges and chunk["first"] == sum(ranges[-1]):
            ranges[-1][1] += chunk["seeds"]
        else:
            ranges.append([chunk["first"], chunk["seeds"]])
        for what, count in chunk["counts"].items():
            counts[what] = counts.get(what, 0) + count
    total = {name: sum(chunk[name] for chunk in chunks) for name in ("seeds", "steps", "seconds")}
    return {**total, "steps_each": chunks[0]["steps_each"], "ranges": ranges, "counts": counts, "runs": len(chunks),
            "violations": sorted(seed for chunk in chunks for seed in chunk["violations"])}


def planted(asked):
    words = ["cargo", "test", "--release", "--locked", "-p", "lissom-tests", "--features", "planted", "--test", "planted",
             "--", "--nocapture"]
    return read_planted(ran_or_read(asked, lambda: run(words, allow_failure=True)))


def read_planted(out):
    faults = {name: int(seeds) for name, seeds in re.findall(r"^(\w+) +(\d+) seeds  ", out, re.M)}
    missed = re.findall(r"^(\w+) +not found", out, re.M)
    return {"found": wanted("planted", faults or missed, out) and faults, "missed": missed}


def kills(asked):
    env = {"LISSOM_KILLS": str(asked.kills), "LISSOM_SEED": str(asked.seed)}
    return read_kills(ran_or_read(asked, lambda: cargo_test("-p", "lissom-cli", "--test", "processes", "killed_while", env=env)
                                  + cargo_test("-p", "lissom-relay", "--test", "relay", "killed_under_load", env=env)))


def read_kills(out):
    device = wanted("kills", re.search(r"device: (\d+) kills, (\d+) acknowledged", out), out)
    relay = wanted("kills", re.search(r"relay: (\d+) kills, (\d+) entries acknowledged", out), out)
    return {"device": int(device[1]), "device acknowledged": int(device[2]),
            "relay": int(relay[1]), "relay acknowledged": int(relay[2]), "failed": failed(out)}


def power(asked):
    env = {"LISSOM_CUTS": str(asked.cuts), "LISSOM_SEED": str(asked.seed)}
    return read_power(ran_or_read(asked, lambda: cargo_test("-p", "lissom-cli", "--test", "power", env=env)
                                  + cargo_test("-p", "lissom-relay", "--test", "relay", "power", env=env)))


def read_power(out):
    said = [line for line in out.splitlines() if re.search(r"\d+ (flushes|faults)", line)]
    return {"flushes": sum(numbers(r"(\d+) flushes", out)), "cuts": sum(numbers(r"(\d+) cuts", out)),
            "faults": sum(numbers(r"(\d+) faults", out)), "said": wanted("power", said, out), "failed": failed(out)}


def flips(asked):
    env = {"LISSOM_FLIPS": str(asked.flips), "LISSOM_SEED": str(asked.seed)}
    return read_flips(ran_or_read(asked, lambda: cargo_test("-p", "lissom-tests", "--test", "bit_flips", env=env)))


def read_flips(out):
    outcomes = {}
    for of, kind, told in re.findall(r"^(.+?): (.+?): (\{.*\})$", out, re.M):
        outcomes[f"{of}: {kind}"] = {name: int(count) for name, count in re.findall(r'"([^"]+)": (\d+)', told)}
    return {"outcomes": wanted("flips", outcomes, out), "flips": sum(sum(each.values()) for each in outcomes.values()),
            "failed": failed(out)}


def evil(asked):
    source = (ROOT / "tests/tests/evil_relay.rs").read_text()
    return read_evil(ran_or_read(asked, lambda: cargo_test("-p", "lissom-tests", "--test", "evil_relay")), source)


def read_evil(out, source):
    passed = sum(numbers(r"(\d+) passed", out))
    return {"faults": len(re.findall(r'^    \("[a-z-]+", Seen::', source, re.M)) - 1,
            "tests": wanted("evil", passed, out), "failed": failed(out)}


def vectors(asked):
    def go():
        said = run(["bash", "vectors/python/run", "verify.py"])
        run(["cargo", "test", "--locked", "-p", "lissom-tests", "--test", "vectors"])
        return said
    return read_vectors(ran_or_read(asked, go))


def read_vectors(out):
    return {"said": wanted("vectors", re.findall(r"^.*\bpassed\b.*$", out, re.M), out)[-1].strip()}


def fuzz(asked):
    if not asked.target or (asked.source and len(asked.target) > 1):
        sys.exit("fuzz: which target? see fuzz/fuzz_targets; logs are those of one")
    all_of_them = kept("fuzz", {}).get("found", {})
    for target in asked.target:
        if asked.source:
            # The same logs again must not count twice: they take the place of what was there.
            logs, before = [read(path) for path in asked.source], {}
        else:
            # More time for the same target adds up, unless the code has changed since.
            logs = [run(["just", "fuzz", target, str(asked.seconds)], allow_failure=True)]
            before = all_of_them.get(target, {})
            before = before if before.get("commit") == commit() else {}
        all_of_them[target] = {**add_fuzz([before, *(read_fuzz(log) for log in logs)]), "commit": asked.commit or commit()}
    return {"found": all_of_them}


def read_fuzz(log):
    """What libFuzzer said in one run: it ended by itself, it found something, or somebody stopped it."""
    done = re.search(r"^Done (\d+) runs in (\d+) second", log, re.M)
    found = bool(re.search(r"libFuzzer: (?!run interrupted)|^Failing input:|panicked at", log, re.M))
    told = numbers(r"^#(\d+)\t", log)
    wanted("fuzz", told or done or found, log)
    return {"runs": int(done[1]) if done else max(told, default=0), "seconds": int(done[2]) if done else 0, "rss": max(numbers(r"rss: (\d+)Mb", log), default=0),
            "findings": int(found), "stopped": int(not done and not found)}


def add_fuzz(runs):
    total = {name: sum(each.get(name, 0) for each in runs) for name in ("runs", "seconds", "findings", "stopped")}
    return {**total, "rss": max(each.get("rss", 0) for each in runs)}


def mutants(asked):
    if not asked.source:
        sys.exit("mutants: --from the folder in which `cargo mutants` made its mutants.out")
    found = read_mutants([Path(folder) for folder in asked.source])
    return {"found": merge_mutants(kept("mutants", {}).get("found", {"files": {}, "reasons": {}}), found, asked.commit or commit())}


def merge_mutants(before, found, measured_at):
    """Each file is measured by itself, and all of its mutants at once: others keep what is known of them, unless they are gone."""
    files = {name: {**of, "commit": measured_at} for name, of in found["files"].items()}
    others = {name: of for name, of in before["files"].items() if name not in files and (ROOT / name).exists()}
    reasons = {name: why for name, why in before["reasons"].items() if name.split(":")[0] in others}
    return {"files": {**others, **files}, "reasons": {**reasons, **found["reasons"]}}


def read_mutants(folders):
    """What became of each mutant. A later folder goes before an earlier one: those missed are tried again with more tests."""
    became, listed = {}, set()
    for folder in folders:
        found = folder / "mutants.out" if (folder / "mutants.out").is_dir() else folder
        listed.update(each["name"] for each in json.loads(read(found / "mutants.json")))
        # With `--iterate` it names those that an earlier run had caught, perhaps one that was stopped.
        again = found / "previously_caught.txt"
        for line in read(again).splitlines() if again.exists() else []:
            if became.get(line, "missed") == "missed":
                became[line] = "caught"
        for kind in ("caught", "missed", "timeout", "unviable"):
            became.update((line, kind) for line in read(found / f"{kind}.txt").splitlines() if line)
    files = {}
    for name in sorted(listed | set(became)):
        of = files.setdefault(name.split(":")[0], dict.fromkeys(("caught", "missed", "timeout", "unviable", "untried"), 0))
        of[became.get(name, "untried")] += 1
    # Lines move: why a mutant was missed is asked of the code that was mutated.
    return {"files": files, "reasons": {name: reason(name) for name, kind in sorted(became.items()) if kind == "missed"}}


def planted_only(name):
    """Whether a mutant stands in code that only builds with planted faults: a statement under their flag, or an item."""
    file, line = name.split(":")[:2]
    lines = read(ROOT / file).splitlines()
    depth = lambda at: len(lines[at]) - len(lines[at].lstrip())
    at = int(line) - 1
    while 0 < at < len(lines):
        if lines[at - 1].strip() == '#[cfg(feature = "planted")]':
            return True
        # On to what this is a part of.
        at = next((above for above in range(at - 1, -1, -1) if lines[above].strip() and depth(above) < depth(at)), 0)
    return False


def reason(name):
    """Why a mutant may be missed; lines move, so that they do not count."""
    if re.match(r".*\.rs:\d+:", name) and (ROOT / name.split(":")[0]).exists() and planted_only(name):
        return "stands only in builds with faults put in on purpose, which the test of planted faults judges"
    return given_reason(name)


def given_reason(name):
    reasons = tomllib.loads(read(REASONS))["missed"]
    plain = re.sub(r":\d+:\d+:", ":", name)
    return next((each["reason"] for each in reasons if plain in each["mutants"]), None)


def coverage(asked):
    words = ["cargo", "llvm-cov", "--locked", "--json", "--summary-only", "-p", "lissom-protocol", "-p", "lissom-sync"]
    return read_coverage(ran_or_read(asked, lambda: run(words)))


def read_coverage(text):
    """Lines of each crate, all of them and those that tests ran, from llvm-cov's JSON or its table."""
    files = []
    for line in text.splitlines():
        if line.startswith('{"data"'):
            for of in json.loads(line)["data"][0]["files"]:
                files.append((of["filename"], of["summary"]["lines"]["count"], of["summary"]["lines"]["covered"]))
        cells = line.split()
        if len(cells) >= 10 and cells[0].endswith(".rs") and cells[7].isdigit() and cells[8].isdigit():
            files.append((cells[0], int(cells[7]), int(cells[7]) - int(cells[8])))
    crates = {}
    for name, lines, covered in wanted("coverage", files, text):
        crate = re.search(r"(?:^|/)([\w-]+)/src/", name)
        of = crates.setdefault(crate[1] if crate else "the crate", {"files": 0, "lines": 0, "covered": 0})
        of["files"], of["lines"], of["covered"] = of["files"] + 1, of["lines"] + lines, of["covered"] + covered
    return {"crates": crates}


def wanted(part, found, out):
    if not found:
        sys.exit(f"{part}: this is no result of it:\n{out[-2000:]}")
    return found


def failed(out):
    """Tests that did not pass, in what cargo printed."""
    return sum(numbers(r"(\d+) failed", out))


PARTS = {"sim": sim, "planted": planted, "kills": kills, "power": power, "flips": flips, "evil": evil, "vectors": vectors,
         "fuzz": fuzz, "mutants": mutants, "coverage": coverage}


def commit():
    return run(["git", "rev-parse", "--short=12", "HEAD"]).strip()


def machine():
    model = platform.machine()
    try:
        names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        model = names[0] if names else model
    except OSError:
        pass
    return f"{os.cpu_count()} × {model}, {platform.system()} {platform.release().split('-')[0]}"


def kept(part, otherwise=None):
    path = KEPT / f"{part}.json"
    return json.loads(path.read_text()) if path.exists() else otherwise


def measure(part, asked):
    start = time.monotonic()
    found = PARTS[part](asked)
    rustc = asked.rustc or run(["rustc", "--version"]).strip()
    # Files were written when their runs ended; how long those took only some of them say.
    paths = [Path(path) for path in asked.source or []]
    date = datetime.date.fromtimestamp(max(path.stat().st_mtime for path in paths)) if paths else datetime.date.today()
    took = {} if paths else {"seconds": round(time.monotonic() - start, 1)}
    found = {**took, **found, "commit": asked.commit or commit(), "machine": asked.machine or machine(), "rustc": rustc,
             "date": date.isoformat()}
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{part}.json").write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def thousands(number):
    return f"{number:,}"


def table(head, rows):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
                     + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]) + "\n"


def say_sim(found):
    counts = found["counts"]
    years = counts.get("years that clocks jumped", 0)
    steps = [(name.removeprefix("step "), thousands(count)) for name, count in sorted(counts.items()) if name.startswith("step ")]
    befell = [(name, thousands(count)) for name, count in sorted(counts.items()) if not name.startswith("step ")]
    bad = found["violations"]
    broken = f"**{len(bad)} seeds with a violation**: {bad}" if bad else "0 violations"
    ranges = ", ".join(f"{thousands(first)} to {thousands(first + seeds - 1)}" for first, seeds in found["ranges"])
    runs = f", in {found['runs']} runs" if found["runs"] > 1 else ""
    return (f"{thousands(found['seeds'])} seeds ({ranges}{runs}), {found['steps_each']} steps each, {thousands(found['steps'])} "
            f"steps in {found['seconds']:.0f} s: {broken}. Clocks moved through {thousands(years)} years and "
            f"{thousands(counts.get('minutes that passed', 0))} minutes.\n\n"
            + table(("step", "times"), steps) + "\n" + table(("what befell them", "times"), befell))


def say_failed(found):
    return f"**{found['failed']} tests failed.** " if found.get("failed") else ""


def say_planted(found):
    rows = found["found"].items()
    missed = f"**Missed: {', '.join(found['missed'])}.**" if found["missed"] else "None was missed."
    return f"{len(found['found'])} of {len(found['found']) + len(found['missed'])} were found. {missed}\n\n" \
        + table(("fault put in on purpose", "seeds until it was found"), rows)


def say_kills(found):
    return say_failed(found) + (f"{thousands(found['device'])} kills of `lissom` while it recorded or synced, and {thousands(found['relay'])} of a relay "
            f"under load, which had acknowledged {thousands(found['relay acknowledged'])} entries. Nothing acknowledged was lost.\n")


def say_power(found):
    return say_failed(found) + (f"{thousands(found['flushes'])} flushes of both programs, {thousands(found['cuts'])} power cuts, and "
            f"{thousands(found['faults'])} writes or flushes that failed. Nothing acknowledged was lost.\n\n"
            + "".join(f"    {line}\n" for line in found["said"]))


def say_flips(found):
    rows = [(kind, ", ".join(f"{name} {thousands(count)}" for name, count in told.items()))
            for kind, told in found["outcomes"].items()]
    return say_failed(found) + f"{thousands(found['flips'])} times bits were flipped; none changed anything silently.\n\n" \
        + table(("page", "outcomes"), rows)


def say_evil(found):
    return say_failed(found) + f"{found['faults']} lies of `evil-relay` against the real `lissom`: each said in `status` where it can be proven, " \
        "none cost anything.\n"


def say_vectors(found):
    return f"Of the second implementation: {found['said']}\n"


def say_fuzz(found):
    rows = [(name, thousands(each["seconds"]), thousands(each["runs"]), each["rss"], each["findings"], each["stopped"], each["commit"])
            for name, each in sorted(found["found"].items())]
    return table(("target", "seconds", "inputs", "MiB", "open findings", "stopped early", "commit"), rows)


def say_mutants(found):
    found = found["found"]
    total = {kind: sum(of[kind] for of in found["files"].values()) for kind in ("caught", "missed", "timeout", "unviable", "untried")}
    told = (f"{thousands(total['caught'] + total['missed'] + total['timeout'])} viable mutants: {thousands(total['caught'])} caught, "
            f"{total['timeout']} ran out of time, {total['missed']} missed; {total['unviable']} did not compile.\n")
    told += "\n" + table(("file", "caught", "ran out of time", "missed", "did not compile", "commit"),
                         [(name, *(of[kind] for kind in ("caught", "timeout", "missed", "unviable", "commit")))
                          for name, of in sorted(found["files"].items())])
    told += f"\n**{thousands(total['untried'])} were not tried.**\n" if total["untried"] else ""
    of = {}
    for name, why in found["reasons"].items():
        # What had none when it was measured may have been given one since.
        of.setdefault(why or given_reason(name) or "", []).append(name)
    unexplained = of.pop("", [])
    told += "".join(f"\n* **without a reason**: `{name}`" for name in unexplained)
    told += "".join(f"\n* {why}: " + ", ".join(f"`{name}`" for name in names) for why, names in sorted(of.items()))
    return told + ("\n" if found["reasons"] else "")


def say_coverage(found):
    rows = [(name, each["files"], thousands(each["lines"]), thousands(each["covered"]),
             f"{100 * each['covered'] / max(each['lines'], 1):.1f} %") for name, each in sorted(found["crates"].items())]
    return table(("crate", "files", "lines", "run by tests", "share"), rows)


SECTIONS = [("sim", "The simulator", say_sim), ("planted", "Faults put in on purpose", say_planted),
            ("evil", "A relay that lies", say_evil), ("kills", "Kills", say_kills), ("power", "Power cuts", say_power),
            ("flips", "Flipped bits", say_flips), ("fuzz", "Fuzzing", say_fuzz), ("mutants", "Mutants", say_mutants),
            ("coverage", "Lines that tests run", say_coverage),
            ("vectors", "Vectors", say_vectors)]


def page():
    """The page, how many parts it has, and those that were not measured."""
    parts, absent = [], []
    for part, title, say in SECTIONS:
        found = kept(part)
        if found is None:
            absent.append(part)
            continue
        took = f" in {found['seconds']:.0f} s" if "seconds" in found else ""
        by = f"*Measured {found['date']} at commit {found['commit']}{took}; {found['machine']}; {found['rustc']}.*"
        parts.append(f"## {title}\n\n{say(found)}\n{by}\n")
    lead = ("# Reliability\n\nWhat was measured, when and where; measure it again with `just reliability`, which writes this page.\n"
            "How each part works is in [CONTRIBUTING.md](../CONTRIBUTING.md), what is claimed in [SECURITY.md](../SECURITY.md).\n")
    if absent:
        lead += f"\nNot measured yet: {', '.join(absent)}.\n"
    return (lead + "\n" + "\n".join(parts) if parts else lead), len(parts), absent


def write_page():
    text, parts, absent = page()
    PAGE.write_text(text)
    print(f"{PAGE.relative_to(ROOT)}: {parts} parts, {len(absent)} not measured")


def check_page():
    if read(PAGE) != page()[0]:
        sys.exit(f"{PAGE.relative_to(ROOT)} does not say what was measured: write it with `just reliability`")


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("part", nargs="?", choices=sorted(PARTS))
    asked.add_argument("target", nargs="*", help="targets to fuzz")
    asked.add_argument("--list", action="store_true", help="the parts, and no more")
    asked.add_argument("--check", action="store_true", help="fails unless the page says what was measured")
    asked.add_argument("--first", type=int, default=1)
    asked.add_argument("--seeds", type=int, default=2000)
    asked.add_argument("--steps", type=int, default=150)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--cuts", type=int, default=2)
    asked.add_argument("--flips", type=int, default=25)
    asked.add_argument("--seconds", type=int, default=180)
    asked.add_argument("--from", "--add", dest="source", nargs="+", action="extend", help="what runs left, instead of running")
    asked.add_argument("--commit", help="the commit that was measured, if it is not this one")
    asked.add_argument("--machine", help="the machine on which it was measured, if it is not this one")
    asked.add_argument("--rustc", help="the compiler with which it was measured, if it is not this one")
    asked = asked.parse_args()
    if asked.list:
        return print("\n".join(PARTS))
    if asked.check:
        return check_page()
    if asked.part:
        measure(asked.part, asked)
    write_page()


if __name__ == "__main__":
    main()
