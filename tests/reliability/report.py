"""Measures how reliable Lissom is, part by part, and writes docs/reliability.md from what was measured.

Each part runs one tool, reads what it prints, and keeps it in target/reliability/PART.json with the commit, the machine and
the time. The page is written from what is there, so that the parts that take hours can run by themselves, or elsewhere.

    python3 tests/reliability/report.py                       the page, from what was measured
    python3 tests/reliability/report.py sim --seeds 50000     one part, then the page
    python3 tests/reliability/report.py --list                all parts
    python3 tests/reliability/report.py mutants --from DIR    what a run of cargo-mutants left in DIR/mutants.out
    python3 tests/reliability/report.py fuzz guard --seconds 600
    python3 tests/reliability/report.py fuzz guard --from LOG  what `just fuzz guard …` printed elsewhere
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
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "reliability"
PAGE = ROOT / "docs" / "reliability.md"


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


def sim(asked):
    out = run(["cargo", "run", "--release", "--locked", "--quiet", "-p", "lissom-tests", "--bin", "sim", "--", "--json",
               "--first", str(asked.first), "--seeds", str(asked.seeds), "--steps", str(asked.steps)], allow_failure=True)
    lines = [line for line in out.splitlines() if line.startswith("{")]
    if not lines:
        sys.exit(out)
    return json.loads(lines[-1])


def planted(_):
    out = run(["cargo", "test", "--release", "--locked", "-p", "lissom-tests", "--features", "planted", "--test", "planted",
               "--", "--nocapture"])
    faults = {name: int(seeds) for name, seeds in re.findall(r"^(\w+) +(\d+) seeds  ", out, re.M)}
    return {"found": faults, "missed": re.findall(r"^(\w+) +not found", out, re.M)}


def kills(asked):
    env = {"LISSOM_KILLS": str(asked.kills), "LISSOM_SEED": str(asked.seed)}
    out = cargo_test("-p", "lissom-cli", "--test", "processes", "killed_while", env=env)
    out += cargo_test("-p", "lissom-relay", "--test", "relay", "killed_under_load", env=env)
    device = re.search(r"device: (\d+) kills, (\d+) acknowledged", out)
    relay = re.search(r"relay: (\d+) kills, (\d+) entries acknowledged", out)
    return {"device": int(device[1]), "device acknowledged": int(device[2]),
            "relay": int(relay[1]), "relay acknowledged": int(relay[2])}


def power(asked):
    env = {"LISSOM_CUTS": str(asked.cuts), "LISSOM_SEED": str(asked.seed)}
    out = cargo_test("-p", "lissom-cli", "--test", "power", env=env)
    out += cargo_test("-p", "lissom-relay", "--test", "relay", "power", env=env)
    return {"flushes": sum(numbers(r"(\d+) flushes", out)), "cuts": sum(numbers(r"(\d+) cuts", out)),
            "faults": sum(numbers(r"(\d+) faults", out)), "said": [line for line in out.splitlines()
            if re.search(r"\d+ (flushes|faults)", line)]}


def flips(asked):
    out = cargo_test("-p", "lissom-tests", "--test", "bit_flips", env={"LISSOM_FLIPS": str(asked.flips),
                     "LISSOM_SEED": str(asked.seed)})
    outcomes = {}
    for of, kind, told in re.findall(r"^(.+?): (.+?): (\{.*\})$", out, re.M):
        outcomes[f"{of}: {kind}"] = {name: int(count) for name, count in re.findall(r'"([^"]+)": (\d+)', told)}
    return {"outcomes": outcomes, "flips": sum(sum(each.values()) for each in outcomes.values())}


def evil(_):
    start = time.monotonic()
    out = cargo_test("-p", "lissom-tests", "--test", "evil_relay")
    source = (ROOT / "tests/tests/evil_relay.rs").read_text()
    return {"faults": len(re.findall(r'^    \("[a-z-]+", Seen::', source, re.M)) - 1, "seconds": time.monotonic() - start,
            "tests": sum(numbers(r"(\d+) passed", out))}


def vectors(_):
    out = run(["bash", "vectors/python/run", "verify.py"])
    run(["cargo", "test", "--locked", "-p", "lissom-tests", "--test", "vectors"])
    return {"said": out.strip().splitlines()[-1]}


def fuzz(asked):
    if not asked.target:
        sys.exit("fuzz: which target? see fuzz/fuzz_targets")
    all_of_them = kept("fuzz", {}).get("found", {})
    for target in asked.target:
        log = Path(asked.source[0]).read_text() if asked.source else None
        out = log or run(["just", "fuzz", target, str(asked.seconds)], allow_failure=True)
        runs = re.search(r"Done (\d+) runs in (\d+) second", out)
        memory = numbers(r"rss: (\d+)Mb", out)
        # More time for the same target adds up, unless the code has changed since.
        before = all_of_them.get(target, {})
        before = before if before.get("commit") == commit() else {}
        all_of_them[target] = {"commit": commit(), "runs": (int(runs[1]) if runs else 0) + before.get("runs", 0),
                               "seconds": (int(runs[2]) if runs else 0) + before.get("seconds", 0),
                               "rss": max([*memory, before.get("rss", 0)]), "findings": 0 if runs else 1}
    return {"found": all_of_them}


def mutants(asked):
    if not asked.source:
        sys.exit("mutants: --from the folder in which `cargo mutants` made its mutants.out")
    total = {"caught": 0, "missed": 0, "timeout": 0, "unviable": 0}
    names = []
    for folder in asked.source:
        found = Path(folder) / "mutants.out" if (Path(folder) / "mutants.out").is_dir() else Path(folder)
        for kind in total:
            lines = [line for line in (found / f"{kind}.txt").read_text().splitlines() if line]
            total[kind] += len(lines)
            names += lines if kind == "missed" else []
    return {**total, "names": names}


PARTS = {"sim": sim, "planted": planted, "kills": kills, "power": power, "flips": flips, "evil": evil, "vectors": vectors,
         "fuzz": fuzz, "mutants": mutants}


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
    rustc = run(["rustc", "--version"]).strip()
    found = {"seconds": round(time.monotonic() - start, 1), **found, "commit": commit(), "machine": machine(),
             "rustc": rustc, "date": datetime.date.today().isoformat()}
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{part}.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


def thousands(number):
    return f"{number:,}"


def table(head, rows):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
                     + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]) + "\n"


def say_sim(found):
    counts = found["counts"]
    years = counts.get("years that clocks jumped", 0)
    steps = [(name.removeprefix("step "), thousands(count)) for name, count in counts.items() if name.startswith("step ")]
    befell = [(name, thousands(count)) for name, count in counts.items() if not name.startswith("step ")]
    bad = found["violations"]
    broken = f"**{len(bad)} seeds with a violation**: {bad}" if bad else "0 violations"
    return (f"{thousands(found['seeds'])} seeds from {found['first']}, {found['steps_each']} steps each, {thousands(found['steps'])} "
            f"steps in {found['seconds']:.0f} s: {broken}. Clocks moved through {thousands(years)} years and "
            f"{thousands(counts.get('minutes that passed', 0))} minutes.\n\n"
            + table(("step", "times"), steps) + "\n" + table(("what befell them", "times"), befell))


def say_planted(found):
    rows = found["found"].items()
    missed = f"**Missed: {', '.join(found['missed'])}.**" if found["missed"] else "None was missed."
    return f"{len(found['found'])} of {len(found['found']) + len(found['missed'])} were found. {missed}\n\n" \
        + table(("fault put in on purpose", "seeds until it was found"), rows)


def say_kills(found):
    return (f"{thousands(found['device'])} kills of `lissom` while it recorded or synced, and {thousands(found['relay'])} of a relay "
            f"under load, which had acknowledged {thousands(found['relay acknowledged'])} entries. Nothing acknowledged was lost.\n")


def say_power(found):
    return (f"{thousands(found['flushes'])} flushes of both programs, {thousands(found['cuts'])} power cuts, and "
            f"{thousands(found['faults'])} writes or flushes that failed. Nothing acknowledged was lost.\n\n"
            + "".join(f"    {line}\n" for line in found["said"]))


def say_flips(found):
    rows = [(kind, ", ".join(f"{name} {thousands(count)}" for name, count in told.items()))
            for kind, told in found["outcomes"].items()]
    return f"{thousands(found['flips'])} times bits were flipped; none changed anything silently.\n\n" \
        + table(("page", "outcomes"), rows)


def say_evil(found):
    return f"{found['faults']} lies of `evil-relay` against the real `lissom`: each said in `status` where it can be proven, " \
        "none cost anything.\n"


def say_vectors(found):
    return f"Of the second implementation: {found['said']}\n"


def say_fuzz(found):
    rows = [(name, thousands(each["seconds"]), thousands(each["runs"]), each["rss"], each["findings"], each["commit"])
            for name, each in sorted(found["found"].items())]
    return table(("target", "seconds", "inputs", "MiB", "open findings", "commit"), rows)


def say_mutants(found):
    told = (f"{thousands(found['caught'] + found['missed'] + found['timeout'])} viable mutants: {thousands(found['caught'])} caught, "
            f"{found['timeout']} ran out of time, {found['missed']} missed; {found['unviable']} did not compile.\n")
    return told + "".join(f"\n* `{name}`" for name in found["names"]) + ("\n" if found["names"] else "")


SECTIONS = [("sim", "The simulator", say_sim), ("planted", "Faults put in on purpose", say_planted),
            ("evil", "A relay that lies", say_evil), ("kills", "Kills", say_kills), ("power", "Power cuts", say_power),
            ("flips", "Flipped bits", say_flips), ("fuzz", "Fuzzing", say_fuzz), ("mutants", "Mutants", say_mutants),
            ("vectors", "Vectors", say_vectors)]


def write_page():
    parts, absent = [], []
    for part, title, say in SECTIONS:
        found = kept(part)
        if found is None:
            absent.append(part)
            continue
        by = f"*Measured {found['date']} at commit {found['commit']} in {found['seconds']:.0f} s; {found['machine']}; " \
            f"{found['rustc']}.*"
        parts.append(f"## {title}\n\n{say(found)}\n{by}\n")
    lead = ("# Reliability\n\nWhat was measured, when and where; measure it again with `just reliability`, which writes this page.\n"
            "How each part works is in [CONTRIBUTING.md](../CONTRIBUTING.md), what is claimed in [SECURITY.md](../SECURITY.md).\n")
    if absent:
        lead += f"\nNot measured yet: {', '.join(absent)}.\n"
    PAGE.write_text(lead + "\n" + "\n".join(parts) if parts else lead)
    print(f"{PAGE.relative_to(ROOT)}: {len(parts)} parts, {len(absent)} not measured")


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("part", nargs="?", choices=sorted(PARTS))
    asked.add_argument("target", nargs="*", help="targets to fuzz")
    asked.add_argument("--list", action="store_true")
    asked.add_argument("--first", type=int, default=1)
    asked.add_argument("--seeds", type=int, default=2000)
    asked.add_argument("--steps", type=int, default=150)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--cuts", type=int, default=2)
    asked.add_argument("--flips", type=int, default=25)
    asked.add_argument("--seconds", type=int, default=180)
    asked.add_argument("--from", dest="source", action="append", help="results of cargo-mutants (again for each shard), or a log of the fuzzer")
    asked = asked.parse_args()
    if asked.list:
        return print("\n".join(PARTS))
    if asked.part:
        measure(asked.part, asked)
    write_page()


if __name__ == "__main__":
    main()
