"""Three weeks of a diary that came over a relay, plotted by the example as whoever reads the guide would: `example.py RELAY`.

Runs in an environment that has the package installed with `plot`, and nothing else of ours.
"""

import asyncio
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import lissom
from lissom import CheckInDraft, Diary, OpenOptions, StartedBy, SyncOptions

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "pain_trend.py"
PERSON = SyncOptions(started_by=StartedBy.PERSON)


async def fill(folder: Path, relay: str) -> None:
    phone = await Diary.create(OpenOptions(folder=str(folder / "phone"), device_name="Phone"))
    noon = datetime.now().astimezone().replace(hour=0, minute=1)
    for day in range(21):
        await phone.record_check_in(CheckInDraft(pain=7 - day // 4), lissom.moment(noon - timedelta(days=21 - day)))
    await phone.set_relay(relay)
    await phone.sync(PERSON)
    laptop = await Diary.join(OpenOptions(folder=str(folder / "laptop"), device_name="Laptop"), await phone.phrase(), relay)
    await laptop.sync(PERSON)
    assert len(await laptop.history(lissom.HistoryQuery())) == 21
    await lissom.close(phone)
    await lissom.close(laptop)


with tempfile.TemporaryDirectory() as folder:
    asyncio.run(fill(Path(folder), sys.argv[1]))
    picture = Path(folder) / "trend.png"
    plotted = subprocess.run(
        [sys.executable, EXAMPLE, str(Path(folder) / "laptop"), picture], check=True, capture_output=True, text=True
    )
    print(plotted.stdout, end="")
    assert "21 days" in plotted.stdout, plotted.stdout
    assert picture.read_bytes().startswith(b"\x89PNG") and picture.stat().st_size > 10_000
