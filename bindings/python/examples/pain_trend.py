"""Plots the back pain of a diary: `python pain_trend.py FOLDER OUT.png`. Needs `pip install bindings/python[plot]`."""

import asyncio
import sys
from datetime import date

import lissom


async def main(folder: str, picture: str) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    diary = await lissom.Diary.open_read_only(lissom.OpenOptions(folder=folder, device_name="plot"))
    back = (await diary.today(lissom.local_day())).outcome.back
    await lissom.close(diary)

    def line(points):
        return [date(p.day.year, p.day.month, p.day.day) for p in points], [p.tenths / 10 for p in points]

    pyplot.plot(*line(back.points), "o", alpha=0.4, label="days")
    pyplot.plot(*line(back.median7), label="median of 7 days")
    pyplot.ylim(0, 10)
    pyplot.legend()
    pyplot.savefig(picture)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
