"""What report.py reads from finished runs: `python3 -m unittest discover -s tests/reliability`."""

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

import report


def chunk(first, seeds, violations=(), **counts):
    return json.dumps({"first": first, "seeds": seeds, "steps_each": 150, "steps": seeds * 150, "seconds": 2.5,
                       "counts": counts, "violations": list(violations)})


class Reading(unittest.TestCase):
    def refused(self, words, go, *given):
        with self.assertRaises(SystemExit) as refused:
            go(*given)
        self.assertIn(words, str(refused.exception))

    def test_chunks_of_the_simulator_add_up(self):
        text = "\n".join(["+ cargo run", chunk(2001, 2000, [2007], a=1, b=2), chunk(1, 2000, [5], a=10), "rc 0",
                          chunk(9001, 10)])
        found = report.read_sim(text, 3)
        self.assertEqual(found["counts"], {"a": 11, "b": 2})
        self.assertEqual((found["seeds"], found["steps"], found["seconds"], found["runs"]), (4010, 601500, 7.5, 3))
        self.assertEqual((found["ranges"], found["violations"]), ([[1, 4000], [9001, 10]], [5, 2007]))
        said = report.say_sim(found)
        self.assertIn("4,010 seeds (1 to 4,000, 9,001 to 9,010, in 3 runs)", said)
        self.assertIn("**2 seeds with a violation**: [5, 2007]", said)

    def test_chunks_that_cannot_be_added_are_refused(self):
        self.refused("seed 2000 was run twice", report.read_sim, chunk(1, 2000) + "\n" + chunk(2000, 5), 2)
        self.refused("1 results in 2 files", report.read_sim, chunk(1, 2000) + "\n   806  answer dropped", 2)
        other = chunk(2001, 2000).replace('"steps_each": 150', '"steps_each": 20')
        self.refused("other lengths", report.read_sim, chunk(1, 2000) + "\n" + other, 2)

    def test_a_fuzzer_ends_finds_or_is_stopped(self):
        ended = "#2\tINITED cov: 5 rss: 40Mb\n#9\tNEW cov: 9 rss: 51Mb\nDone 1234 runs in 61 second(s)\n"
        found = "#9\tNEW cov: 9 rss: 51Mb\nthread panicked at src/a.rs:1\n==1== ERROR: libFuzzer: deadly signal\n"
        stopped = "#512\tpulse cov: 9 rss: 77Mb\n==1== libFuzzer: run interrupted; exiting\n"
        self.assertEqual(report.read_fuzz(ended), {"runs": 1234, "seconds": 61, "rss": 51, "findings": 0, "stopped": 0})
        self.assertEqual(report.read_fuzz(found), {"runs": 9, "seconds": 0, "rss": 51, "findings": 1, "stopped": 0})
        self.assertEqual(report.read_fuzz(stopped), {"runs": 512, "seconds": 0, "rss": 77, "findings": 0, "stopped": 1})
        total = report.add_fuzz([{}, report.read_fuzz(ended), report.read_fuzz(stopped)])
        self.assertEqual(total, {"runs": 1746, "seconds": 61, "rss": 77, "findings": 0, "stopped": 1})
        self.refused("no result", report.read_fuzz, "error: no such command: `fuzz`")

    def test_shards_of_mutants_add_up_and_those_not_tried_are_told(self):
        with tempfile.TemporaryDirectory() as root:
            folders = [Path(root) / name for name in ("one", "two", "again")]
            shards = [{"caught": "a\nb\n", "missed": "src/x.rs:1:2: replace < with >\nc\n", "unviable": "d\n"},
                      {"caught": "e\n", "missed": "src/y.rs:3:4: f\n", "unviable": ""},
                      {"caught": "c\n", "missed": "", "unviable": "", "previously_caught": "a\nd\nh\n"}]
            listed = [["a", "b", "c", "d", "src/x.rs:1:2: replace < with >", "g"], ["e", "h", "src/y.rs:3:4: f"], ["c"]]
            for folder, shard, names in zip(folders, shards, listed):
                out = folder / "mutants.out"
                out.mkdir(parents=True)
                for kind, lines in {**shard, "timeout": ""}.items():
                    (out / f"{kind}.txt").write_text(lines)
                (out / "mutants.json").write_text(json.dumps([{"name": name} for name in names]))
            report.REASONS = Path(root) / "missed.toml"
            report.REASONS.write_text('[[missed]]\nreason = "it is the same"\nmutants = ["src/y.rs: f"]\n')
            found = report.read_mutants([folders[0], folders[1] / "mutants.out", folders[2]])
            for of in found["files"].values():
                of["commit"] = "abc"
            said = report.say_mutants({"found": found})
        self.assertIn("7 viable mutants: 5 caught", said)
        self.assertIn("**1 were not tried.**", said)
        self.assertIn("* **without a reason**: `src/x.rs:1:2: replace < with >`", said)
        self.assertIn("* it is the same: `src/y.rs:3:4: f`", said)
        self.assertIn("| src/y.rs | 0 | 0 | 1 | 0 | abc |", said)
        self.refused("No such file", report.read_mutants, [Path("/nowhere")])

    def test_a_file_whose_mutants_are_tried_anew_leaves_the_others_as_they_are(self):
        one = "crates/core/src/document/apply.rs"
        before = {"files": {one: {"missed": 1}, "tests/gone.rs": {"missed": 1}, "justfile": {"missed": 1}},
                  "reasons": {f"{one}:1:1: a": "b", "tests/gone.rs:1:1: c": None, "justfile:1:1: d": None}}
        found = {"files": {"justfile": {"missed": 0}}, "reasons": {}}
        self.assertEqual(report.merge_mutants(before, found, "abc"),
                         {"files": {one: {"missed": 1}, "justfile": {"missed": 0, "commit": "abc"}}, "reasons": {f"{one}:1:1: a": "b"}})

    def test_code_of_planted_faults_is_told_from_the_rest(self):
        with tempfile.TemporaryDirectory() as root:
            source = ['fn one() {', '    #[cfg(feature = "planted")]', '    let now = a && b;', '    if now == c {', '        d();', '    }', '}', '',
                      '#[cfg(feature = "planted")]', 'impl X {', '    fn two() {', '        e();', '    }', '}', '', 'fn three() {}']
            (Path(root) / "x.rs").write_text("\n".join(source))
            kept, report.ROOT = report.ROOT, Path(root)
            try:
                planted = [line for line in range(1, len(source) + 1) if source[line - 1] and report.planted_only(f"x.rs:{line}:9: f")]
            finally:
                report.ROOT = kept
        self.assertEqual(planted, [3, 10, 11, 12, 13])

    def test_coverage_is_summed_by_crate_from_json_and_from_the_table(self):
        of = lambda name, count, covered: {"filename": name, "summary": {"lines": {"count": count, "covered": covered}}}
        text = json.dumps({"data": [{"files": [of("/a/crates/sync/src/x.rs", 100, 90), of("/a/crates/sync/src/y/z.rs", 50, 50),
                                               of("/a/crates/protocol/src/x.rs", 10, 10)]}]})
        text = text.replace('{"data": ', '{"data":')
        want = {"sync": {"files": 2, "lines": 150, "covered": 140}, "protocol": {"files": 1, "lines": 10, "covered": 10}}
        self.assertEqual(report.read_coverage(text)["crates"], want)
        rows = ["Filename   Regions  Missed Regions  Cover  Functions  Missed Functions  Executed  Lines  Missed Lines  Cover",
                "sync/src/x.rs      9 1 88.8% 3 0 100.00% 100 10 90.00% 0 0 -",
                "sync/src/y/z.rs    9 1 88.8% 3 0 100.00% 50 0 100.00% 0 0 -",
                "protocol/src/x.rs  9 1 88.8% 3 0 100.00% 10 0 100.00%",
                "TOTAL              9 1 88.8% 3 0 100.00% 160 10 93.75% 0 0 -"]
        self.assertEqual(report.read_coverage("\n".join(rows))["crates"], want)
        self.assertIn("| sync | 2 | 150 | 140 | 93.3 % |", report.say_coverage({"crates": want}))
        self.refused("no result", report.read_coverage, "error: no such command: `llvm-cov`")

    def test_what_the_tests_print_is_read(self):
        found = report.read_planted("V01PosFromPush      3 seeds  said\nV03Order not found in 200\n")
        self.assertEqual(found, {"found": {"V01PosFromPush": 3}, "missed": ["V03Order"]})
        found = report.read_kills("device: 200 kills, 5 acknowledged\nrelay: 7 kills, 8 entries acknowledged\n1 passed; 0 failed")
        self.assertEqual((found["device"], found["relay acknowledged"], found["failed"]), (200, 8, 0))
        found = report.read_power("relay: 10 flushes, 20 cuts\ndevice: 5 flushes, 7 cuts\nrelay: 3 faults\n")
        self.assertEqual((found["flushes"], found["cuts"], found["faults"], len(found["said"])), (15, 27, 3, 3))
        found = report.read_flips('diary: header: {"refused": 3, "healed": 2}\n1 passed; 1 failed')
        self.assertEqual((found["flips"], found["outcomes"]), (5, {"diary: header": {"refused": 3, "healed": 2}}))
        self.assertIn("**1 tests failed.**", report.say_flips(found))
        self.assertEqual(report.read_vectors("1\n806 passed\n\n"), {"said": "806 passed"})
        for read in (report.read_planted, report.read_kills, report.read_power, report.read_flips, report.read_vectors):
            self.refused("no result", read, "error: could not compile")


class Writing(unittest.TestCase):
    def test_the_page_is_written_from_files_and_says_where_they_are_from(self):
        with tempfile.TemporaryDirectory() as root:
            root = Path(root)
            report.KEPT, report.PAGE, report.ROOT = root / "kept", root / "page.md", root
            (root / "a.txt").write_text(chunk(1, 2000, a=1))
            (root / "b.txt").write_text(chunk(2001, 2000, a=2))
            (root / "fuzz.log").write_text("#2\tINITED rss: 40Mb\nDone 5 runs in 6 second(s)\n")
            stamps = ["--commit", "abc", "--machine", "one of mine", "--rustc", "rustc 1"]
            for words in (["sim", "--add", str(root / "a.txt"), str(root / "b.txt")],
                          ["fuzz", "guard", "--from", str(root / "fuzz.log")],
                          ["fuzz", "guard", "--from", str(root / "fuzz.log")]):
                sys.argv = ["report.py", *words, *stamps]
                with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                    report.main()
            page = report.PAGE.read_text()
        self.assertIn("4,000 seeds (1 to 4,000, in 2 runs)", page)
        self.assertIn("at commit abc in 5 s; one of mine; rustc 1.", page)
        self.assertIn("| guard | 6 | 5 | 40 | 0 | 0 | abc |", page, "the same log again counts once")
        self.assertIn("Not measured yet: planted,", page)


if __name__ == "__main__":
    unittest.main()
