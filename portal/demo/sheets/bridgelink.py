"""BridgeLink Careers (fictional): the assessment of October 2023, 45 of 48 benchmarks."""

from portal.demo.answers import Sheet

SHEET = Sheet(
    usual=(5, 4, 4, 5, 4, 4, 3),
    absent=frozenset({
        "B.3.1", "B.5.12", "B.6.4", "M.A.7", "E.1.5", "E.2.1", "E.2.6", "E.3.6", "E.3.7", "E.4.2", "E.5.3", "E.5.5",
    }),
    not_applicable={
        "E.2.2": "Pairs meet online and on three site days. Nobody visits a home.",
        "E.2.3": "Pairs never meet at a mentor's home.",
        "E.4.4": "There are no pickups at home.",
    },
    ratings={"B.4.3": 4, "B.4.4": 4, "B.5.1": 5, "B.5.8": 5},
    notes={
        "M.A.1": "One sentence, the same in all six companies.",
        "M.A.4": "Online manual with a change log.",
        "M.A.7": "Employers and schools have a say. Students do not yet.",
        "M.B.1": "One board member from each employer and two school leaders.",
        "M.C.1": "A manager, two coordinators and an analyst for 120 matches.",
        "M.D.1": "Approved in November for the next year.",
        "M.D.4": "Employers pledge for two years.",
        "M.E.1": "Messages are kept for three years on a moderated platform; only coordinators can read them.",
        "M.E.3": "The platform flags words. A coordinator looks within one working day.",
        "M.F.2": "Six signed agreements with employers, five with schools.",
        "B.1.1": "Lunch talks with two current mentors. They tell of quiet weeks too.",
        "B.2.3": "By video, 45 minutes, camera on.",
        "B.2.4": "The employer's check plus national and registry checks by us.",
        "B.2.5": "One from human resources, one personal.",
        "B.2.6": "Ten months.",
        "B.2.7": "A message each week and one video call a month.",
        "B.2.10": "Electronic form, and a call to every tenth family.",
        "B.3.1": "Three hours, but online: two live and one on one's own. Not in person.",
        "B.3.2": "All ten topics, with a quiz after each.",
        "B.3.3": "Includes chat, pictures, and never moving to a private app.",
        "B.4.3": "A coordinator opens every first video call and stays for it.",
        "B.4.4": "Signed during a live video call with all sides.",
        "B.5.1": "The platform shows who has not written for ten days.",
        "B.5.8": "Every message and call is logged by itself.",
        "B.5.12": "Not regularly. Mentors ask for it.",
        "B.6.4": "Only the students are asked so far.",
        "E.5.1": "Three site days a year; most pairs come to two.",
        "V.5": "Career survey with a scale from a university.",
        "V.6": "September and June.",
    },
    own_minimum={
        "B.2.6": "ten months", "B.2.7": "2.5 hours a month, online",
        "B.2.11": "ten months", "B.2.12": "2.5 hours a month, online",
    },
)  # fmt: skip
