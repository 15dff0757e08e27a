"""The story that every language tells: two diaries and a relay, and everything that can go wrong between them."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, os.environ["LISSOM_PACKAGE"])
sys.path.insert(0, str(Path(__file__).parent))

import lissom  # noqa: E402
from lissom import (  # noqa: E402
    Answer, CancelToken, CheckInDraft, Diary, DiaryObserver, ExportFormat, HistoryEntry, HistoryQuery, JoinSession,
    JoinStep, KeySlot, KeyStore, LissomError, LocalDay, LogLevel, LogSink, OpenOptions, PlanRequest, ResultDraft,
    ScreeningPurpose, StartedBy, SyncOptions, SyncStep,
)
from relay import Relay  # noqa: E402

PERSON = SyncOptions(started_by=StartedBy.PERSON)
AT = lissom.moment(datetime(2026, 11, 23, 7, 44, tzinfo=timezone.utc))
DAY = LocalDay(year=2026, month=11, day=23)


class Told(DiaryObserver):
    """Hears changes; whoever waits for one is woken."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.queue: asyncio.Queue = asyncio.Queue()
        self.threads: set[str] = set()

    def on_change(self, change) -> None:
        self.threads.add(str(threading.get_ident()))
        self.loop.call_soon_threadsafe(self.queue.put_nowait, change)

    def on_end(self) -> None:
        self.loop.call_soon_threadsafe(self.queue.put_nowait, None)

    async def next(self):
        return await asyncio.wait_for(self.queue.get(), 30)


class Broken(DiaryObserver):
    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.called: asyncio.Queue = asyncio.Queue()

    def on_change(self, change) -> None:
        self.loop.call_soon_threadsafe(self.called.put_nowait, change)
        raise ValueError("the app's own fault")

    def on_end(self) -> None:
        pass


class Keys(KeyStore):
    def __init__(self) -> None:
        self.slots: dict[KeySlot, bytes] = {}
        self.locked = False

    def _open(self) -> None:
        if self.locked:
            raise RuntimeError("the phone is locked")

    def load(self, slot):
        self._open()
        return self.slots.get(slot)

    def store(self, slot, secret):
        self._open()
        self.slots[slot] = secret

    def remove(self, slot):
        self._open()
        self.slots.pop(slot, None)


class Lines(LogSink):
    def __init__(self) -> None:
        self.lines: list = []
        self.arrived = threading.Condition()

    def log(self, line) -> None:
        with self.arrived:
            self.lines.append(line)
            self.arrived.notify_all()

    def wait_for(self, event: str):
        def found():
            return next((line for line in self.lines if line.event == event), None)

        with self.arrived:
            assert self.arrived.wait_for(found, 30), event
            return found()


class Story(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def options(self, name: str) -> OpenOptions:
        return OpenOptions(folder=str(Path(self.folder.name) / name), device_name=name)

    async def diary(self, name: str = "phone", keys=None) -> Diary:
        diary = await Diary.create(self.options(name), keys)
        self.addAsyncCleanup(lissom.close, diary)
        return diary

    def relay(self) -> Relay:
        relay = Relay(os.environ["LISSOM_RELAY"])
        self.addCleanup(relay.close)
        return relay

    async def refused(self, kind, work):
        with self.assertRaises(kind) as caught:
            await work
        return caught.exception

    async def test_two_diaries_edit_offline_meet_and_hear_of_it(self) -> None:
        relay = self.relay()
        phone = await self.diary()
        await phone.record_session([ResultDraft(exercise="pelvic-tilt", sets=2, reps=8, pain_after=2)], AT)
        await phone.set_relay(relay.address)
        report = await phone.sync(PERSON)
        self.assertTrue(report.complete and report.pushed > 0 and report.unsynced == 0)
        tablet = await Diary.join(self.options("tablet"), await phone.phrase(), relay.address)
        self.addAsyncCleanup(lissom.close, tablet)
        await tablet.sync(PERSON)
        [row] = await tablet.history(HistoryQuery())
        # Both change the same record, apart.
        draft = row.entry.values
        await phone.edit_result(row.id, draft, ResultDraft(exercise="pelvic-tilt", sets=3, reps=8, pain_after=2))
        await tablet.edit_result(row.id, draft, ResultDraft(exercise="pelvic-tilt", sets=2, reps=8, pain_after=1))
        told = Told()
        subscription = await tablet.observe(told)
        first = await told.next()
        self.assertTrue(first.first)
        await phone.sync(PERSON)
        await tablet.sync(PERSON)
        change = await told.next()
        while not [row for row in await tablet.history(HistoryQuery(after_revision=first.revision)) if row.entry.values.sets == 3]:
            change = await told.next()
        self.assertGreater(change.revision, first.revision)
        await phone.sync(PERSON)
        [here], [there] = await phone.history(HistoryQuery()), await tablet.history(HistoryQuery())
        self.assertEqual((here.entry.values.sets, here.entry.values.pain_after), (3, 1))
        self.assertEqual(here, there)
        self.assertEqual((await phone.status()).state_hash, (await tablet.status()).state_hash)
        self.assertEqual({device.name for device in (await phone.status()).devices}, {"phone", "tablet"})
        self.assertEqual(len(told.threads), 1)
        subscription.cancel()

    async def test_pain_11_is_refused_by_name_and_nothing_is_recorded(self) -> None:
        diary = await self.diary()
        error = await self.refused(LissomError.InvalidInput, diary.record_check_in(CheckInDraft(pain=11), AT))
        self.assertEqual((error.field, error.code, error.min, error.max), ("pain", "refusal.out_of_range", 0, 10))
        self.assertEqual(await diary.history(HistoryQuery()), [])
        await diary.record_check_in(CheckInDraft(pain=10), AT)

    async def test_wrong_words_and_an_unknown_diary_are_told_apart(self) -> None:
        relay = self.relay()
        words = "abandon " * 23
        error = await self.refused(LissomError.InvalidInput, Diary.join(self.options("a"), words + "zzzz", relay.address))
        self.assertEqual((error.field, error.code), ("phrase", "error.phrase.unknown_word"))
        await self.refused(LissomError.UnknownVault, Diary.join(self.options("a"), words + "art", relay.address))
        await self.refused(LissomError.NoDiary, Diary.open(self.options("a")))

    async def test_a_relay_that_is_gone_loses_nothing(self) -> None:
        relay = self.relay()
        diary = await self.diary()
        await diary.set_relay(relay.address)
        listen = relay.address.removeprefix("http://")
        relay.stop()
        await diary.record_check_in(CheckInDraft(pain=3), AT)
        error = await self.refused(LissomError.Relay, diary.sync(PERSON))
        self.assertEqual((error.code, error.retry), ("sync.unreachable", True))
        self.assertGreater(error.unsynced, 0)
        relay.start(listen)
        self.assertEqual((await diary.sync(PERSON)).unsynced, 0)

    async def test_a_sync_in_flight_is_cancelled_and_the_next_one_goes_on(self) -> None:
        relay = self.relay()
        diary = await self.diary()
        await diary.record_check_in(CheckInDraft(pain=3), AT)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            await diary.set_relay(f"http://127.0.0.1:{silent.getsockname()[1]}")
            token = CancelToken()
            running = asyncio.create_task(diary.sync(PERSON, token))
            connection, _ = await asyncio.get_running_loop().run_in_executor(None, silent.accept)
            token.cancel()
            await self.refused(LissomError.Cancelled, running)
            # And by the task alone, as asyncio does it.
            running = asyncio.create_task(diary.sync(PERSON))
            other, _ = await asyncio.get_running_loop().run_in_executor(None, silent.accept)
            # Recording goes on while a sync waits for the network.
            await diary.record_check_in(CheckInDraft(pain=4), AT)
            running.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await running
            connection.close()
            other.close()
        await diary.set_relay(relay.address)
        self.assertEqual((await diary.sync(PERSON)).unsynced, 0)
        self.assertEqual(len(await diary.history(HistoryQuery())), 2)

    async def test_a_full_disk_is_said_and_what_was_there_stays(self) -> None:
        diary = await self.diary()
        await diary.record_check_in(CheckInDraft(pain=3), AT)
        await diary.limit_size(1)
        with self.assertRaises(LissomError.StorageFull):
            for _ in range(200):
                await diary.record_check_in(CheckInDraft(pain=3, note="x" * 4000), AT)
        before = len(await diary.history(HistoryQuery()))
        self.assertGreater(before, 0)
        await diary.limit_size(1 << 30)
        await diary.record_check_in(CheckInDraft(pain=3), AT)
        self.assertEqual(len(await diary.history(HistoryQuery())), before + 1)

    async def test_an_observer_that_throws_harms_no_write_and_is_told_again(self) -> None:
        diary = await self.diary()
        broken = Broken()
        subscription = await diary.observe(broken)
        await asyncio.wait_for(broken.called.get(), 30)
        await diary.record_check_in(CheckInDraft(pain=3), AT)
        await asyncio.wait_for(broken.called.get(), 30)
        told = Told()
        later = await diary.observe(told)
        await told.next()
        self.assertEqual(subscription.failures(), 2)
        self.assertEqual(len(await diary.history(HistoryQuery())), 1)
        later.cancel()
        subscription.cancel()

    async def test_a_panic_is_an_error_that_tells_its_place_and_no_words(self) -> None:
        diary = await self.diary()
        lines = Lines()
        lissom.set_log_sink(LogLevel.ERROR, lines)
        error = await self.refused(LissomError.Internal, diary.hook_panic())
        self.assertEqual(error.code, "internal.panic")
        line = await asyncio.get_running_loop().run_in_executor(None, lines.wait_for, "panic")
        self.assertIn("hooks.rs", line.detail)
        self.assertNotIn("pain", str(lines.lines))
        lissom.clear_log_sink()
        await diary.record_check_in(CheckInDraft(pain=3), AT)

    async def test_nobody_is_blocked_while_a_commit_is_held(self) -> None:
        diary = await self.diary()
        # Another process holds the database: the commit waits. (Not this one: locks are a process's.)
        hold = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE'); "
        hold += "print(flush=True); sys.stdin.read()"
        command = [sys.executable, "-c", hold, str(Path(self.folder.name) / "phone" / "diary.sqlite")]
        other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        other.stdout.readline()
        began = asyncio.get_running_loop().time()
        recording = asyncio.create_task(diary.record_check_in(CheckInDraft(pain=3), AT))
        ticks, longest, last = 0, 0.0, began
        while (now := asyncio.get_running_loop().time()) < began + 2:
            longest, last, ticks = max(longest, now - last), now, ticks + 1
            await asyncio.sleep(0.01)
        self.assertFalse(recording.done())
        other.communicate()
        await recording
        self.assertGreater(ticks, 20)
        self.assertLess(longest, 1.0)
        self.assertEqual(len(await diary.history(HistoryQuery())), 1)

    async def test_the_secret_is_where_the_app_keeps_it_and_nowhere_else(self) -> None:
        keys = Keys()
        diary = await Diary.create(self.options("phone"), keys)
        secret = keys.slots[KeySlot.PRESENT]
        self.assertEqual((len(secret), list(keys.slots)), (32, [KeySlot.PRESENT]))
        self.assertEqual(lissom.phrase_of_secret(secret), await diary.phrase())
        folder = Path(self.folder.name) / "phone"
        await lissom.close(diary)
        self.assertFalse((folder / "secret").exists())
        for file in folder.iterdir():
            self.assertNotIn(secret, file.read_bytes())
            self.assertNotIn(secret.hex().encode(), file.read_bytes())
        keys.locked = True
        error = await self.refused(LissomError.Storage, Diary.open(self.options("phone"), keys))
        self.assertEqual(error.code, "error.file")
        keys.locked = False
        await lissom.close(await Diary.open(self.options("phone"), keys))
        # The app was installed again: the keychain has the secret, and there is no diary.
        error = await self.refused(LissomError.DiaryExists, Diary.create(self.options("again"), keys))
        self.assertEqual(error.code, "error.secret_alone")

    async def test_a_widget_looks_and_writes_nothing(self) -> None:
        diary = await self.diary()
        await diary.record_check_in(CheckInDraft(pain=3), AT)
        widget = await Diary.open_read_only(self.options("phone"))
        self.addAsyncCleanup(lissom.close, widget)
        self.assertEqual(len(await widget.history(HistoryQuery())), 1)
        await self.refused(LissomError.ReadOnly, widget.record_check_in(CheckInDraft(pain=3), AT))
        told = Told()
        subscription = await widget.observe(told)
        await told.next()
        await diary.record_check_in(CheckInDraft(pain=4), AT)
        await widget.refresh()
        await told.next()
        self.assertEqual(len(await widget.history(HistoryQuery())), 2)
        self.assertFalse((await widget.today(DAY)).safety.cleared)
        subscription.cancel()

    async def test_suspended_it_holds_no_file_and_comes_back(self) -> None:
        diary = await self.diary()
        await diary.record_check_in(CheckInDraft(pain=3), AT)
        await diary.suspend()
        await diary.suspend()
        files = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")]
        self.assertFalse([file for file in files if file.startswith(self.folder.name)])
        await self.refused(LissomError.Suspended, diary.record_check_in(CheckInDraft(pain=3), AT))
        await diary.resume()
        self.assertEqual(len(await diary.history(HistoryQuery())), 1)
        await lissom.close(diary)
        await lissom.close(diary)
        await self.refused(LissomError.Closed, diary.history(HistoryQuery()))

    async def test_an_app_carries_the_requests_itself(self) -> None:
        relay = self.relay()
        phone = await self.diary()
        await phone.set_relay(relay.address)
        await phone.record_check_in(CheckInDraft(pain=3), AT)

        def carry(request):
            call = urllib.request.Request(request.url, request.body or None, method=request.method)
            for header in request.headers:
                call.add_header(header.name, header.value)
            try:
                answer = urllib.request.urlopen(call, timeout=30)
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                headers = [lissom.Header(name=name, value=value) for name, value in answer.headers.items()]
                return Answer.RESPONSE(status=answer.status, headers=headers, body=answer.read())

        async def drive(session, exchange):
            step = await session.begin()
            while isinstance(step, exchange):
                number, answer = step.number, await asyncio.get_running_loop().run_in_executor(None, carry, step.request)
                step = await session.step(number, answer)
                if isinstance(step, exchange):
                    # Whoever delivers twice harms nothing.
                    await self.refused(LissomError.OutOfTurn, session.step(number, answer))
            return step

        done = await drive(phone.sync_session(StartedBy.APP), SyncStep.EXCHANGE)
        self.assertTrue(done.report.complete)
        joining = JoinSession(self.options("tablet"), await phone.phrase(), relay.address)
        self.assertEqual((await drive(joining, JoinStep.EXCHANGE)).brought, 0)
        tablet = joining.diary()
        self.addAsyncCleanup(lissom.close, tablet)
        # A later sync takes the place of one that is under way.
        old = tablet.sync_session(StartedBy.APP)
        asked = await old.begin()
        await drive(tablet.sync_session(StartedBy.APP), SyncStep.EXCHANGE)
        await self.refused(LissomError.Cancelled, old.step(asked.number, Answer.NO_ANSWER(reason="late")))
        self.assertEqual(len(await tablet.history(HistoryQuery())), 1)
        self.assertTrue((await tablet.watch_request()).url.startswith(relay.address))

    async def test_changes_end_with_the_diary(self) -> None:
        diary = await self.diary()
        heard = []
        async with lissom.changes(diary) as stream:
            await diary.record_check_in(CheckInDraft(pain=3), AT)
            await diary.close_diary()
            async with asyncio.timeout(30):
                async for change in stream:
                    heard.append(change)
        self.assertTrue(heard[0].first and heard[-1].unsynced > 0)

    async def test_plans_safety_and_today(self) -> None:
        diary = await self.diary()
        request = PlanRequest(weekdays=[0, 2, 4], minutes=15, pain=3)
        error = await self.refused(LissomError.Locked, diary.make_plan(request, AT))
        self.assertTrue(error.texts)
        answers: list[str] = []
        while (question := lissom.next_question(answers, ScreeningPurpose.FIRST)) is not None:
            answers.append(f"{question.id}={'47' if question.is_age else 'no'}")
        screened = await diary.record_screening(answers, ScreeningPurpose.FIRST, AT, "DE")
        self.assertFalse(screened.locks)
        await diary.make_plan(request, AT)
        [plan] = await diary.plans()
        self.assertEqual((plan.weekdays, plan.minutes), ([0, 2, 4], 15))
        today = await diary.today(DAY)
        self.assertTrue(today.safety.cleared and today.session.items)
        self.assertTrue(all(item.exercise in {one.id for one in lissom.catalogue()} for item in today.session.items))
        await self.refused(LissomError.Kept, diary.delete(screened.id))
        bad = await self.refused(LissomError.InvalidInput, diary.make_plan(PlanRequest(weekdays=[9], minutes=15), AT))
        self.assertEqual(bad.field, "weekdays")

    async def test_export_import_delete_and_restore(self) -> None:
        diary = await self.diary()
        one = await diary.record_check_in(CheckInDraft(pain=3, leg=1, note="a note"), AT)
        file = str(Path(self.folder.name) / "all.json")
        self.assertGreater(await diary.export_file(file, ExportFormat.JSON), 0)
        other = await self.diary("other")
        self.assertEqual((await other.import_file(file)).added, 2)
        self.assertEqual((await other.import_file(file)).added, 0)
        await other.delete(one)
        self.assertEqual(await other.history(HistoryQuery()), [])
        [row] = await other.history(HistoryQuery(deleted=True))
        self.assertTrue(row.deleted and isinstance(row.entry, HistoryEntry.CHECK_IN))
        await other.restore(one)
        self.assertEqual(len(await other.history(HistoryQuery())), 1)
        self.assertIn(b"check_in", await other.export_bytes(ExportFormat.CSV))
        self.assertNotIn("note", repr(LissomError.Cancelled()))
        self.assertEqual((await other.verify()).problems, [])

    async def test_a_thousand_open_and_close_leave_nothing_behind(self) -> None:
        await lissom.close(await self.diary())

        async def cycle() -> None:
            diary = await Diary.open(self.options("phone"))
            told = Told()
            subscription = await diary.observe(told)
            await told.next()
            subscription.cancel()
            await lissom.close(diary)

        async def settled(count, wanted: int) -> int:
            # Threads end after the call that ends them has answered.
            for _ in range(500):
                if count() <= wanted:
                    break
                await asyncio.sleep(0.01)
            return count()

        def threads() -> int:
            return len(os.listdir("/proc/self/task"))

        def files() -> int:
            return len(os.listdir("/proc/self/fd"))

        def kib() -> int:
            status = Path("/proc/self/status").read_text()
            return int(status.split("VmRSS:")[1].split()[0])

        for _ in range(100):
            await cycle()
        before = (threads(), files(), kib())
        for _ in range(1000):
            await cycle()
        self.assertLessEqual(await settled(threads, before[0]), before[0])
        self.assertLessEqual(await settled(files, before[1]), before[1])
        grown = kib() - before[2]
        print(f"1,000 cycles: {grown} KiB more")
        self.assertLess(grown, 1024)


if __name__ == "__main__":
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(Story))
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed or not result.testsRun else 0)
