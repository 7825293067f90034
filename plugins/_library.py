"""Free public guides and tools that help with practices of the fourth edition, in our own words.

Only pages that their publishers keep open to everybody, at an address that has lasted. Each standard and each
practice that protects children has at least one; a test holds the list to that.
"""

from typing import Any

MATCHES = "Program staff"
BOARDS = "Directors and boards"


def _row(
    title: str, publisher: str, address: str, about: str, practices: str, audience: str = MATCHES, language: str = "en"
) -> dict[str, Any]:
    return {
        "title": title, "publisher": publisher, "address": address, "about": about,
        "practices": tuple(practices.split()), "audience": audience, "language": language,
    }  # fmt: skip


RESOURCES: tuple[dict[str, Any], ...] = (
    _row(
        "Elements of Effective Practice for Mentoring",
        "MENTOR",
        "https://www.mentoring.org/resource/elements-of-effective-practice-for-mentoring/",
        "The guide that this self-assessment follows; read here what each practice is meant to do.",
        "M.A.1 M.A.4 M.A.5 M.A.6 B.1.1 B.2.6 B.2.7 B.2.8 B.4.1 B.5.7 B.6.1 B.6.5",
    ),
    _row(
        "National Mentoring Resource Center",
        "Office of Juvenile Justice and Delinquency Prevention and MENTOR",
        "https://nationalmentoringresourcecenter.org/",
        "Reviewed tools, sample forms and training for every step of a match, and free help from experts on request.",
        "B.1.1 B.1.2 B.1.3 B.2.1 B.2.2 B.2.3 B.2.5 B.2.9 B.2.10 B.3.1 B.3.2 B.3.4 B.4.1 B.4.2 B.4.3 B.4.4 "
        "B.5.1 B.5.2 B.5.3 B.5.5 B.5.6 B.5.9 B.5.10 B.5.11 B.6.1 B.6.2 B.6.3 B.6.4 B.6.7 B.6.8 B.6.9 E.3.1 E.3.2",
    ),
    _row(
        "Preventing Child Sexual Abuse Within Youth-serving Organizations",
        "Centers for Disease Control and Prevention",
        "https://www.ojp.gov/ncjrs/virtual-library/abstracts/preventing-child-sexual-abuse-within-youth-serving-organizations",
        "Where to begin with rules on screening, on time alone with a child, on training, and on what to do with a suspicion.",
        "M.C.4 M.C.5 M.E.2 M.E.3 B.2.1 B.2.3 B.2.5 B.3.1 B.3.3 B.5.1 B.5.5 B.6.9 E.3.3 E.3.5 E.3.7",
    ),
    _row(
        "National Sex Offender Public Website",
        "U.S. Department of Justice",
        "https://www.nsopw.gov/",
        "One free search over the public registries of all states, territories and tribes; a part of a check, not all of it.",
        "M.C.4 B.2.4 E.2.3",
    ),
    _row(
        "Identity History Summary Checks",
        "Federal Bureau of Investigation",
        "https://www.fbi.gov/how-we-can-help-you/more-fbi-services-and-information/identity-history-summary-checks",
        "How a fingerprint check works, what it shows, and how a person asks for a copy of it.",
        "B.2.4 E.2.1 M.C.4",
    ),
    _row(
        "Background Checks: What Employers Need to Know",
        "Federal Trade Commission",
        "https://www.ftc.gov/business-guidance/resources/background-checks-what-employers-need-know",
        "What to tell a person, and when to ask for consent, before and after a company checks the background.",
        "M.C.4 B.2.4 V.8",
        "Directors",
    ),
    _row(
        "Child Welfare Information Gateway",
        "U.S. Department of Health and Human Services",
        "https://www.childwelfare.gov/",
        "Signs of abuse and neglect, and each state's law on who has to report them, and to whom.",
        "M.E.3 B.3.3 B.5.5 E.3.5 E.3.7",
        "Staff and mentors",
    ),
    _row(
        "NetSmartz",
        "National Center for Missing and Exploited Children",
        "https://www.missingkids.org/netsmartz",
        "Videos, talks and tip sheets about safety online, for each age and for the adults around.",
        "B.3.3 E.3.4 E.3.5 E.3.6 E.3.7",
        "Mentors, young people, families",
    ),
    _row(
        "Protecting Student Privacy",
        "U.S. Department of Education",
        "https://studentprivacy.ed.gov/",
        "What a school may share with a program, what consent has to say, and how to keep records safe.",
        "M.E.1 B.2.10 V.8 M.F.2",
        "Programs that work with schools",
    ),
    _row(
        "Nonprofit Risk Management Center",
        "Nonprofit Risk Management Center",
        "https://nonprofitrisk.org/",
        "Short articles and checklists on insurance, incidents, volunteers, and young people's safety.",
        "M.E.1 M.E.2 M.E.3 M.C.3",
        BOARDS,
    ),
    _row(
        "Running a Nonprofit",
        "National Council of Nonprofits",
        "https://www.councilofnonprofits.org/running-nonprofit",
        "Plain pages on boards, budgets, raising money, staff and telling the public what you do.",
        "M.A.3 M.B.1 M.B.2 M.C.1 M.C.2 M.D.1 M.D.2 M.D.3 M.D.4 M.F.1 M.F.3",
        BOARDS,
    ),
    _row(
        "Stay Exempt: tax basics for exempt organizations",
        "Internal Revenue Service",
        "https://www.stayexempt.irs.gov/",
        "Free online lessons on the records and the yearly returns that a charity owes.",
        "M.D.3 M.B.1",
        BOARDS,
    ),
    _row(
        "Community Tool Box",
        "University of Kansas",
        "https://ctb.ku.edu/en",
        "Step by step: find out what is needed, plan with the people concerned, find partners, evaluate.",
        "M.A.2 M.A.3 M.A.6 M.A.7 M.F.1 M.F.2 B.1.7 V.1 V.2 V.3 V.7 V.9 V.10",
    ),
    _row(
        "Caja de Herramientas Comunitarias",
        "University of Kansas",
        "https://ctb.ku.edu/es",
        "The Community Tool Box in Spanish: planning, partners, volunteers and evaluation.",
        "M.A.6 M.A.7 M.F.2 B.1.6 V.1 V.7",
        "Staff who work in Spanish",
        "es",
    ),
    _row(
        "Measurement Guidance Toolkit for mentoring programs",
        "National Mentoring Resource Center",
        "https://www.ojp.gov/library/publications/national-mentoring-resource-centers-measurement-guidance-toolkit",
        "Tested questions on the bond and on changes in young people, and advice on how and when to ask them.",
        "B.5.4 V.1 V.4 V.5 V.6 V.8 E.2.6",
        "Whoever looks after evaluation",
    ),
    _row(
        "The Chronicle of Evidence-Based Mentoring",
        "Center for Evidence-Based Mentoring",
        "https://www.evidencebasedmentoring.org/",
        "New research on mentoring, told briefly, with what it means for a program's daily work.",
        "B.3.4 B.5.4 B.5.9 B.5.12 B.6.3 V.9 V.10",
    ),
    _row(
        "Mentoring, on youth.gov",
        "Interagency Working Group on Youth Programs",
        "https://youth.gov/youth-topics/mentoring",
        "Kinds of mentoring, what each can do for young people, and what makes the difference.",
        "M.A.6 B.1.1 B.1.2 E.1.1",
    ),
)  # fmt: skip
