"""Lissom for Python: one's own exercise diary, by asyncio.

    diary = await Diary.open_or_create(OpenOptions(folder="diary", device_name="Laptop"))
    await diary.record_check_in(CheckInDraft(pain=3), now())
    print(await diary.history(HistoryQuery()))
    await close(diary)
"""

import contextlib
from collections.abc import AsyncIterator
from datetime import date, datetime
import asyncio

from . import _lissom
from ._lissom import *  # noqa: F403
from ._lissom import Diary, DiaryChange, DiaryObserver, LocalDay, Moment

__all__ = [*_lissom.__all__, "now", "moment", "local_day", "changes", "close"]


def moment(at: datetime) -> Moment:
    """A time as the diary keeps it. One without a time zone is taken as local."""
    at = at.astimezone() if at.tzinfo is None else at
    offset = at.utcoffset()
    assert offset is not None
    return Moment(epoch_ms=int(at.timestamp() * 1000), offset_minutes=int(offset.total_seconds() // 60))


def now() -> Moment:
    """This moment, with this machine's time zone."""
    return moment(datetime.now().astimezone())


def local_day(day: date | None = None) -> LocalDay:
    """A day as the diary keeps it; today without one."""
    day = day or date.today()
    return LocalDay(year=day.year, month=day.month, day=day.day)


@contextlib.asynccontextmanager
async def changes(diary: Diary) -> AsyncIterator[AsyncIterator[DiaryChange]]:
    """The diary's changes, the present state first: `async with changes(diary) as stream: async for change in stream: …`

    It ends when the diary is closed.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[DiaryChange | None] = asyncio.Queue()

    class Observer(DiaryObserver):
        def on_change(self, change: DiaryChange) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, change)

        def on_end(self) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, None)

    async def stream() -> AsyncIterator[DiaryChange]:
        while (change := await queue.get()) is not None:
            yield change

    subscription = await diary.observe(Observer())
    try:
        yield stream()
    finally:
        subscription.cancel()


async def close(diary: Diary) -> None:
    """Closes the diary for good. Closing twice is fine."""
    await diary.close_diary()
