"""The two fictional partnerships and their six fictional programs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portal.foundation.database import db
from portal.foundation.judging import evaluator
from portal.partnerships.models import Partnership
from portal.partnerships.services import adopt
from portal.programs.models import Program
from rules.rulebook import PluginChoice

PARTNERSHIPS: dict[str, dict[str, Any]] = {
    "riverbend": {
        "name": "Riverbend Mentoring Partnership (fictional)",
        "contact_name": "Dana Whitlock",
        "contact_email": "dana.whitlock@example.org",
        "contact_phone": "555-0110",
        "plugins": ("riverbend",),
    },
    "northlake": {
        "name": "Northlake Mentoring Alliance (fictional)",
        "contact_name": "Paige Madeup",
        "contact_email": "paige.madeup@example.org",
        "contact_phone": "555-0120",
        "plugins": ("northlake",),
    },
}

PROGRAMS: dict[str, dict[str, Any]] = {
    "harbor": {
        "partnership": "riverbend",
        "name": "Harbor Light Mentors (fictional)",
        "host": "Harbor Light Youth Services (fictional), nonprofit",
        "place": "Port Ellis, Aldane County",
        "description": (
            "Adult volunteers meet one young person of 8 to 14 in the community, two to four times a month, for a "
            "year or longer. Mentors are 21 or older. Matches last 19 months on average; 31 young people are "
            "waiting. Screening: application, interview, three references, national, registry and driving checks, "
            "again every two years. Training: four hours in person."
        ),
        "founded": date(2011, 9, 1),
        "model": "one-to-one",
        "settings": ["community"],
        "youth_min_age": 8,
        "youth_max_age": 14,
        "matches": 96,
        "mentors": 104,
        "staff": "1 director, 3 match specialists (32 matches each)",
        "key_leader_name": "Marisol Keane",
        "key_leader_title": "Director",
    },
    "maple": {
        "partnership": "riverbend",
        "name": "Maple Street Lunch Buddies (fictional)",
        "host": "Maple Street Elementary and Middle School (fictional), district program",
        "place": "Granton",
        "description": (
            "Community adults and college students have lunch and play with a child at school every Wednesday for "
            "45 minutes during the school year. Of 54 mentors, 38 are community adults and 16 college students. "
            "Screening: the district's volunteer check, application, one reference, interview. Training: an hour "
            "and a half in person."
        ),
        "founded": date(2018, 8, 1),
        "model": "one-to-one",
        "settings": ["school"],
        "youth_min_age": 6,
        "youth_max_age": 13,
        "matches": 54,
        "mentors": 54,
        "staff": "1 counselor at half time, 1 AmeriCorps member",
        "key_leader_name": "Odell Summers",
        "key_leader_title": "Principal",
    },
    "circle": {
        "partnership": "northlake",
        "name": "Circle of Elders (fictional)",
        "host": "Cedar Falls Cultural Center (fictional), faith and culture based",
        "place": "Cedar Falls Township",
        "description": (
            "Eight circles of five young people and two elders meet every second Saturday for two and a half "
            "hours at the center: stories, crafts and homework, in a season of nine months. Elders are 35 to 78 "
            "years old; half are paid a stipend. Screening: full checks with driving, two references, an "
            "interview by two people. Training: three hours when the season starts, one hour in the middle."
        ),
        "founded": date(2019, 5, 1),
        "model": "group",
        "settings": ["site", "faith"],
        "youth_min_age": 12,
        "youth_max_age": 17,
        "matches": 40,
        "mentors": 16,
        "staff": "1 coordinator at three quarters of full time, 1 part-time driver",
        "gates_passed": {"mou": "2026-08-10"},
        "key_leader_name": "Josiah Bell",
        "key_leader_title": "Executive director",
    },
    "stepup": {
        "partnership": "riverbend",
        "name": "Step Up Peer Leaders (fictional)",
        "host": "Wexford Unified High School and two feeder middle schools (fictional)",
        "place": "Wexford",
        "description": (
            "High school students of 16 to 18 each lead two middle school students, weekly for 50 minutes at "
            "school, with a teacher in the room. Screening: application, adviser interview, two teacher "
            "references, parent permission for both sides; adult advisers are checked by the district. Training: "
            "eight hours over two days."
        ),
        "founded": date(2020, 9, 1),
        "model": "peer",
        "settings": ["school"],
        "youth_min_age": 11,
        "youth_max_age": 13,
        "matches": 72,
        "mentors": 36,
        "staff": "2 teacher-advisers with a stipend",
        "key_leader_name": "Alan Fiore",
        "key_leader_title": "Assistant principal",
    },
    "bridgelink": {
        "partnership": "northlake",
        "name": "BridgeLink Careers (fictional)",
        "host": "BridgeLink Foundation (fictional) with 6 employers",
        "place": "Online, Northlake area",
        "description": (
            "Employees write weekly with one student in five high schools on a moderated platform, talk by video "
            "once a month and meet on three site days a year, for ten months. Screening: employer, national and "
            "registry checks, video interview, one reference from human resources and one personal. Training: two "
            "hours live online and one on one's own."
        ),
        "founded": date(2016, 2, 1),
        "model": "e-mentoring",
        "settings": ["workplace", "online"],
        "youth_min_age": 15,
        "youth_max_age": 18,
        "matches": 120,
        "mentors": 120,
        "staff": "1 manager, 2 coordinators, 1 data analyst at 0.4 of full time",
        "gates_passed": {"mou": "2023-08-07"},
        "key_leader_name": "Cornelius Tate",
        "key_leader_title": "President",
    },
    "fresh": {
        "partnership": "riverbend",
        "name": "Fresh Tracks Mentoring (fictional)",
        "host": "Fresh Tracks (fictional), new nonprofit",
        "place": "Dellwood",
        "description": (
            "A new program for young people of 10 to 15 in the community, for at least a year. First matches in "
            "May 2026. Screening: application, interview, state check. Training: two hours."
        ),
        "founded": date(2026, 3, 1),
        "model": "one-to-one",
        "settings": ["community"],
        "youth_min_age": 10,
        "youth_max_age": 15,
        "matches": 14,
        "mentors": 17,
        "staff": "Founder, unpaid; 1 volunteer",
        "key_leader_name": "Noor Haddad",
        "key_leader_title": "Founder",
    },
}


def add_partnerships(moment: datetime) -> dict[str, Partnership]:
    """Add both partnerships, with their plugins, to the running transaction."""
    found = {}
    for key, facts in PARTNERSHIPS.items():
        plain = {name: value for name, value in facts.items() if name != "plugins"}
        made = Partnership(key=key, fictional=True, created_at=moment, **plain)
        db.session.add(made)
        db.session.flush()
        adopted = adopt(made, evaluator().describe([PluginChoice(name) for name in facts["plugins"]]), None)
        adopted.adopted_at = moment  # the demo's day, not the day it was filled
        found[key] = made
    return found


def add_programs(partnerships: dict[str, Partnership], moment: datetime) -> dict[str, Program]:
    """Add the six programs to the running transaction; each is registered and has said it has the capacity."""
    found = {}
    for key, facts in PROGRAMS.items():
        plain = {name: value for name, value in facts.items() if name != "partnership"}
        leader = str(facts["key_leader_name"]).lower().replace(" ", ".")
        found[key] = Program(
            partnership_id=partnerships[facts["partnership"]].id,
            registered=True,
            capacity_confirmed=True,
            key_leader_email=f"{leader}@example.org",
            fictional=True,
            created_at=moment,
            **plain,
        )
        db.session.add(found[key])
    db.session.flush()
    return found
