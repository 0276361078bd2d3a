"""The report in the formats of viewers that people have: speedscope, and what ``-X importtime`` prints."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

SCHEMA = "https://www.speedscope.app/file-format-schema.json"
HEADER = "import time: self [us] | cumulative | imported package"


def to_speedscope(document: dict[str, Any]) -> dict[str, Any]:
    """Return *document* as an object of speedscope's file format: evented profiles.

    One profile a process and thread, lazy and then, if there is one, eager. A
    frame is a module; file and line are where its load was asked for.
    """
    frames: dict[tuple[str, str, int], int] = {}
    profiles = []
    for process in document["processes"]:
        name = " ".join(process["argv"]) or f"process {process['pid']}"
        for kind, loads in (("lazy", process["modules"]), ("eager", process["eager_modules"] or [])):
            for thread in dict.fromkeys(load["thread"] for load in loads):
                own = [load if load["thread"] == thread else None for load in loads]
                events = list(timeline(own, frames))
                profiles.append(
                    {
                        "type": "evented",
                        "name": f"{kind}: {name}",
                        "unit": "nanoseconds",
                        "startValue": events[0]["at"],
                        "endValue": events[-1]["at"],
                        "events": events,
                    }
                )
    return {
        "$schema": SCHEMA,
        "name": " ".join(document["command"] or ["imports"]),
        "exporter": "lazi-site",
        "activeProfileIndex": 0,
        "shared": {
            "frames": [
                {"name": name, **({"file": file, "line": line} if file else {})}
                for name, file, line in frames
            ]
        },
        "profiles": profiles,
    }


def timeline(
    loads: Sequence[dict[str, Any] | None], frames: dict[tuple[str, str, int], int]
) -> Iterator[dict[str, Any]]:
    """Yield an opening and a closing event for each of *loads*, in the order of time, well nested.

    loads: those of one thread, at the positions to which "parent" refers; None stands for others.
    frames: the frames so far, to which new ones are added.
    """
    opened: list[tuple[int, int, int]] = []  # position, frame, end
    now = 0
    for at, load in enumerate(loads):
        if load is None:
            continue
        while opened and opened[-1][0] != load["parent"]:
            _, frame, end = opened.pop()
            now = max(now, end)
            yield {"type": "C", "frame": frame, "at": now}
        _, file, line, _ = load["stack"][0] if load["stack"] else ("", "", 0, "")
        frame = frames.setdefault((load["module"], file, line), len(frames))
        # The clocks of threads are one, so that it may seem to run back by a little.
        now = max(now, load["start_ns"])
        limit = opened[-1][2] if opened else now + load["ns"]
        now = min(now, limit)
        opened.append((at, frame, min(limit, load["start_ns"] + load["ns"])))
        yield {"type": "O", "frame": frame, "at": now}
    for _, frame, end in reversed(opened):
        now = max(now, end)
        yield {"type": "C", "frame": frame, "at": now}


def to_importtime(loads: Sequence[dict[str, Any]]) -> str:
    """Return the text that ``python -X importtime`` would print of *loads*, inner before outer.

    loads: the "modules" of a process. Format: Python/import.c, 3.7 and later.
    """
    depths: list[int] = []
    for load in loads:
        depths.append(0 if load["parent"] is None else depths[load["parent"]] + 1)
    lines = []
    for at, load in enumerate(loads):
        text = f"import time: {load['own_ns'] // 1000:9} | {load['ns'] // 1000:10} | "
        lines.append((at, depths[at], f"{text}{'  ' * depths[at]}{load['module']}"))
    ordered: list[str] = []
    waiting: list[tuple[int, int, str]] = []
    for line in lines:
        while waiting and waiting[-1][1] >= line[1]:
            ordered.append(waiting.pop()[2])
        waiting.append(line)
    ordered += [line[2] for line in reversed(waiting)]
    return "\n".join([HEADER, *ordered]) + "\n"
