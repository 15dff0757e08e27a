"""Plots the back pain of a diary: `python pain_trend.py FOLDER OUT.png`. Needs `pip install "bindings/python[plot]"`.

The diary is opened to look at only: the app or `lissom` may have it open meanwhile.
"""

import asyncio
import sys
from datetime import date

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

import lissom  # noqa: E402


async def read(folder: str) -> lissom.Trend:
    diary = await lissom.Diary.open_read_only(lissom.OpenOptions(folder=folder, device_name="plot"))
    try:
        return (await diary.today(lissom.local_day())).outcome.back
    finally:
        await lissom.close(diary)


def line(points: list[lissom.TrendPoint]) -> tuple[list[date], list[float]]:
    return [date(p.day.year, p.day.month, p.day.day) for p in points], [p.tenths / 10 for p in points]


def main(folder: str, picture: str) -> None:
    back = asyncio.run(read(folder))
    figure, axes = pyplot.subplots(figsize=(8, 4))
    axes.plot(*line(back.points), "o", alpha=0.4, label="days")
    axes.plot(*line(back.median7), label="median of 7 days")
    axes.set_ylim(0, 10)
    axes.set_ylabel("back pain")
    axes.legend()
    figure.autofmt_xdate()
    figure.savefig(picture)
    print(f"{len(back.points)} days, in {picture}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
