"""Next occurrences of NCRONTAB expressions, by brute force over every day and every second that could match.

    python3 ncrontab.py > ncrontab.tsv

The rules are those that https://github.com/atifaziz/NCrontab documents and Azure Functions uses: six fields with seconds or
five without; lists, ranges, steps, names or their beginnings; reversed ranges turned; a day must satisfy both the day of the
month and the day of the week.
"""
from datetime import datetime, timedelta

MONTHS = "january february march april may june july august september october november december".split()
DAYS = "sunday monday tuesday wednesday thursday friday saturday".split()
BOUNDS = [(0, 59, []), (0, 59, []), (0, 23, []), (1, 31, []), (1, 12, MONTHS), (0, 6, DAYS)]


def value(text, low, names):
    if text.isdigit():
        return int(text)
    return low + next(i for i, name in enumerate(names) if name.startswith(text.lower()))


def values(field, low, high, names):
    found = set()
    for item in field.split(","):
        body, _, step = item.partition("/")
        first, dash, last = body.partition("-")
        if body == "*":
            a, b = low, high
        elif dash:
            a, b = sorted((value(first, low, names), value(last, low, names)))
        else:
            a = value(body, low, names)
            b = high if step else a
        found.update(range(a, b + 1, int(step or 1)))
    return found


def following(expression, after, count):
    fields = expression.split()
    fields = ["0"] * (6 - len(fields)) + fields
    seconds, minutes, hours, days, months, weekdays = (values(f, *b) for f, b in zip(fields, BOUNDS))
    day = after.replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    while len(found) < count and day.year < after.year + 110:
        if day.day in days and day.month in months and (day.weekday() + 1) % 7 in weekdays:
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    for second in sorted(seconds):
                        then = day.replace(hour=hour, minute=minute, second=second)
                        if then > after and len(found) < count:
                            found.append(then)
        day += timedelta(days=1)
    return found


CASES = [
    ("0 */5 * * * *", "2026-01-01T00:00:00"),
    ("0 0 * * * *", "2026-12-31T23:59:59"),
    ("0 0 */2 * * *", "2026-06-30T22:30:00"),
    ("0 0 9-17 * * *", "2026-03-03T16:59:59"),
    ("0 30 9 * * *", "2026-02-28T09:30:00"),
    ("0 30 9 * * 1-5", "2026-01-02T09:30:00"),
    ("0 30 9 * Jan Mon", "2026-01-20T00:00:00"),
    ("*/5 * * * *", "2026-01-01T00:01:02"),
    ("30 4 1,15 * 5", "2026-01-01T00:00:00"),
    ("15 10 29 2 *", "2026-01-01T00:00:00"),
    ("0 0 0 31 * *", "2026-01-31T00:00:00"),
    ("0 0 0 29 2 Sun", "2026-01-01T00:00:00"),
    ("59 59 23 31 12 *", "2026-12-31T23:59:58"),
    ("1,20-22,50/3 7 * * * *", "2026-05-05T05:07:21"),
    ("0 0 12 * * FRI-MON", "2026-08-01T12:00:00"),
    ("0 0 12 * sept,JUNE,d mon", "2026-06-29T12:00:00"),
    ("*/7 */11 */5 */10 */4 *", "2026-01-01T20:55:56"),
    ("0 15/20 8 * * 6,0", "2026-10-03T08:35:00"),
    ("0 0 0 30 2 *", "2026-01-01T00:00:00"),
    ("* * * * * *", "2028-02-28T23:59:59"),
]

if __name__ == "__main__":
    for expression, after in CASES:
        then = following(expression, datetime.fromisoformat(after), 4)
        print(expression, after, ",".join(t.isoformat() for t in then), sep="\t")
