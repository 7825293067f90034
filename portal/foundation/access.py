"""Who may do what: one table of role x action, read by the loaders, the menus, the manual and the walk test.

A route that is not in ROUTES answers nobody. A person with no role at a program or its partnership is a
stranger there and gets "not found"; a person whose role does not cover the action is told so.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Protocol

from .errors import NotAllowed, Stranger


class Role(enum.StrEnum):
    """What a person is at a program or at a partnership."""

    PROGRAM_ADMINISTRATOR = "program_administrator"
    CONTRIBUTOR = "contributor"
    READER = "reader"
    REVIEWER = "reviewer"
    PARTNERSHIP_ADMINISTRATOR = "partnership_administrator"

    @property
    def words(self) -> str:
        """Return the role in words."""
        return self.value.replace("_", " ")

    @property
    def explained(self) -> str:
        """Return in a few words what somebody in this role of a program may do; empty for staff."""
        return EXPLAINED.get(self, "")


EXPLAINED = {
    Role.PROGRAM_ADMINISTRATOR: "answers, invites people, gives out sections, and submits",
    Role.CONTRIBUTOR: "answers and discusses, but does not submit",
    Role.READER: "may read and discuss, not change answers",
}
PROGRAM_ROLES = frozenset({Role.PROGRAM_ADMINISTRATOR, Role.CONTRIBUTOR, Role.READER})
STAFF_ROLES = frozenset({Role.REVIEWER, Role.PARTNERSHIP_ADMINISTRATOR})


class Action(enum.StrEnum):
    """Everything a person can do to somebody's data."""

    SEE_PROGRAM = "see the program's page and dates"
    READ_DRAFT = "read the answers while they are being written"
    ANSWER = "answer practices"
    DISCUSS = "discuss answers with people of the same program; staff never see it"
    GIVE_SECTIONS = "give sections to people of the program"
    MANAGE_PEOPLE = "invite people to a program, change their roles, take them off"
    RUN_PROGRAM = "change the program's own facts, ask for access, report changes, pick the date of the visit"
    ASK_HELP = "ask the partnership for help"
    TALK = "write in a talk between a program and its partnership, and close it"
    READ_NEWS = "note news of changes at a program as read"
    READ_ANSWERS = "read the answers (staff: once submitted)"
    SUBMIT = "submit the self-assessment"
    ASK_TO_AMEND = "ask to change submitted answers, and withdraw the request"
    REOPEN = "open single practices for changes, decline, and close them again"
    READ_RESULTS = "read the issued plan, summary and Statement"
    REVIEW = "review answers, note findings, record contact and visit"
    WRITE_PLAN = "write and issue the plan"
    COMMENT_PLAN = "comment on a shared draft of the plan"
    SEND_STATEMENT = "send the Statement of Accuracy for signature"
    RECOGNIZE = "confirm the recognition"
    OVERRIDE = "award against the rules, change or end a recognition, and answer an appeal"
    MOVE_CYCLE = "move a cycle to other rules, and undo it"
    CHECK_IN = "log check-ins"
    TELL_PROGRESS = "say how far the actions of the plan are"
    READ_LIBRARY = "look things up in the resource library"
    KEEP_LIBRARY = "add, change and retire the partnership's own resources"
    SEE_PARTNERSHIP = "see the partnership's programs"
    MANAGE_PROGRAMS = "add programs and people, open self-assessments"
    SET_RULES = "choose the rule plugins, preview and adopt them"
    READ_OUTBOX = "see what mail was and will be sent, and have it sent again"
    SET_LETTERS = "change the wording and the language of the partnership's mail"


_PROGRAM = PROGRAM_ROLES
_STAFF = STAFF_ROLES
_ALL = PROGRAM_ROLES | STAFF_ROLES

TABLE: dict[Action, frozenset[Role]] = {
    Action.SEE_PROGRAM: _ALL,
    Action.READ_DRAFT: _PROGRAM,
    Action.ANSWER: frozenset({Role.PROGRAM_ADMINISTRATOR, Role.CONTRIBUTOR}),
    Action.DISCUSS: _PROGRAM,
    Action.GIVE_SECTIONS: frozenset({Role.PROGRAM_ADMINISTRATOR}),
    Action.MANAGE_PEOPLE: frozenset({Role.PROGRAM_ADMINISTRATOR, Role.PARTNERSHIP_ADMINISTRATOR}),
    Action.RUN_PROGRAM: frozenset({Role.PROGRAM_ADMINISTRATOR}),
    Action.ASK_HELP: frozenset({Role.PROGRAM_ADMINISTRATOR, Role.CONTRIBUTOR}),
    Action.TALK: frozenset({Role.PROGRAM_ADMINISTRATOR, Role.CONTRIBUTOR}) | _STAFF,
    Action.READ_NEWS: _STAFF,
    Action.READ_ANSWERS: _ALL,
    Action.SUBMIT: frozenset({Role.PROGRAM_ADMINISTRATOR}),
    Action.ASK_TO_AMEND: frozenset({Role.PROGRAM_ADMINISTRATOR, Role.CONTRIBUTOR}),
    Action.REOPEN: _STAFF,
    Action.READ_RESULTS: _ALL,
    Action.REVIEW: _STAFF,
    Action.WRITE_PLAN: _STAFF,
    Action.COMMENT_PLAN: frozenset({Role.PROGRAM_ADMINISTRATOR, Role.CONTRIBUTOR}) | _STAFF,
    Action.SEND_STATEMENT: _STAFF,
    Action.RECOGNIZE: _STAFF,
    Action.OVERRIDE: frozenset({Role.PARTNERSHIP_ADMINISTRATOR}),
    Action.MOVE_CYCLE: frozenset({Role.PARTNERSHIP_ADMINISTRATOR}),
    Action.CHECK_IN: _STAFF,
    Action.TELL_PROGRESS: frozenset({Role.PROGRAM_ADMINISTRATOR, Role.CONTRIBUTOR}) | _STAFF,
    Action.READ_LIBRARY: _ALL,
    Action.KEEP_LIBRARY: _STAFF,
    Action.SEE_PARTNERSHIP: _STAFF,
    Action.MANAGE_PROGRAMS: frozenset({Role.PARTNERSHIP_ADMINISTRATOR}),
    Action.SET_RULES: frozenset({Role.PARTNERSHIP_ADMINISTRATOR}),
    Action.READ_OUTBOX: frozenset({Role.PARTNERSHIP_ADMINISTRATOR}),
    Action.SET_LETTERS: frozenset({Role.PARTNERSHIP_ADMINISTRATOR}),
}


class Open(enum.Enum):
    """Routes that ask for no role."""

    PUBLIC = "anyone"
    SIGNED_IN = "anyone who is signed in"
    TOKEN = "whoever holds the link"  # noqa: S105 (a kind of route, not a secret)
    DEMO = "anyone, in demo mode only"


ROUTES: dict[str, Action | Open] = {
    "assets.static_file": Open.PUBLIC,
    "desk.front": Open.PUBLIC,
    "desk.help_page": Open.PUBLIC,
    "desk.partnership_help": Open.PUBLIC,
    "desk.healthz": Open.PUBLIC,
    "desk.home": Open.SIGNED_IN,
    "desk.partnership": Action.SEE_PARTNERSHIP,
    "desk.duties": Action.SEE_PARTNERSHIP,
    "desk.duties_file": Action.SEE_PARTNERSHIP,
    "desk.program": Action.SEE_PROGRAM,
    "accounts.sign_in": Open.PUBLIC,
    "accounts.sign_out": Open.SIGNED_IN,
    "accounts.who": Open.PUBLIC,
    "accounts.account": Open.SIGNED_IN,
    "accounts.change_password": Open.SIGNED_IN,
    "accounts.set_mail": Open.SIGNED_IN,
    "accounts.end_session": Open.SIGNED_IN,
    "accounts.accept_invitation": Open.TOKEN,
    "accounts.forgot_password": Open.PUBLIC,
    "accounts.link_sent": Open.PUBLIC,
    "accounts.new_password": Open.TOKEN,
    "letters.outbox_page": Action.READ_OUTBOX,
    "letters.send_again": Action.READ_OUTBOX,
    "letters.wordings": Action.SET_LETTERS,
    "letters.set_mail": Action.SET_LETTERS,
    "letters.wording": Action.SET_LETTERS,
    "letters.save_wording": Action.SET_LETTERS,
    "stopping.stop": Open.TOKEN,
    "programs.new_program": Action.MANAGE_PROGRAMS,
    "programs.edit_program": Action.MANAGE_PROGRAMS,
    "programs.facts": Action.RUN_PROGRAM,
    "programs.facts_history": Action.SEE_PROGRAM,
    "cycles.eligibility": Action.SEE_PROGRAM,
    "cycles.access": Action.MANAGE_PROGRAMS,
    "cycles.grant_access": Action.MANAGE_PROGRAMS,
    "teamwork.people": Action.SEE_PROGRAM,
    "teamwork.invite": Action.MANAGE_PEOPLE,
    "teamwork.person": Action.MANAGE_PEOPLE,
    "teamwork.change_role": Action.MANAGE_PEOPLE,
    "teamwork.take_off": Action.MANAGE_PEOPLE,
    "teamwork.invite_again": Action.MANAGE_PEOPLE,
    "teamwork.sections": Action.READ_DRAFT,
    "teamwork.give": Action.GIVE_SECTIONS,
    "teamwork.here": Action.READ_DRAFT,
    "teamwork.flag": Action.ANSWER,
    "teamwork.talk": Action.DISCUSS,
    "teamwork.comment": Action.DISCUSS,
    "cycles.decline_access": Action.MANAGE_PROGRAMS,
    "cycles.ask_access": Action.RUN_PROGRAM,
    "registrations.register": Open.PUBLIC,
    "registrations.sent": Open.PUBLIC,
    "registrations.confirm": Open.TOKEN,
    "registrations.show": Action.SEE_PARTNERSHIP,
    "registrations.approve": Action.MANAGE_PROGRAMS,
    "registrations.ask_back": Action.MANAGE_PROGRAMS,
    "registrations.decline": Action.MANAGE_PROGRAMS,
    "gates.overview": Action.SEE_PROGRAM,
    "gates.needs": Action.ANSWER,
    "gates.save_needs": Action.ANSWER,
    "gates.send_needs": Action.RUN_PROGRAM,
    "gates.name_signers": Action.RUN_PROGRAM,
    "gates.send_again": Action.RUN_PROGRAM,
    "gates.agreement": Open.TOKEN,
    "gates.sign": Open.TOKEN,
    "advice.talks": Action.SEE_PROGRAM,
    "advice.ask": Action.ASK_HELP,
    "advice.talk": Action.SEE_PROGRAM,
    "advice.reply": Action.TALK,
    "advice.close": Action.TALK,
    "notices.changes": Action.SEE_PROGRAM,
    "notices.report": Action.RUN_PROGRAM,
    "notices.note_read": Action.READ_NEWS,
    "requests.board": Action.SEE_PARTNERSHIP,
    "assessments.task_list": Action.READ_DRAFT,
    "assessments.section": Action.READ_DRAFT,
    "assessments.save_section": Action.ANSWER,
    "assessments.save_answer": Action.ANSWER,
    "assessments.say_completed": Action.ANSWER,
    "assessments.history": Action.READ_DRAFT,
    "assessments.restore": Action.ANSWER,
    "assessments.unasked_answers": Action.READ_ANSWERS,
    "assessments.start": Action.READ_DRAFT,
    "assessments.gaps": Action.READ_DRAFT,
    "assessments.check_section": Action.READ_DRAFT,
    "assessments.check": Action.SUBMIT,
    "assessments.submit": Action.SUBMIT,
    "assessments.receipt": Action.READ_ANSWERS,
    "assessments.answers": Action.READ_ANSWERS,
    "assessments.judgements": Action.READ_ANSWERS,
    "assessments.guides": Action.READ_ANSWERS,
    "amendments.page": Action.READ_ANSWERS,
    "amendments.copy": Action.READ_ANSWERS,
    "amendments.ask": Action.ASK_TO_AMEND,
    "amendments.withdraw": Action.ASK_TO_AMEND,
    "amendments.leave": Action.SUBMIT,
    "amendments.send": Action.SUBMIT,
    "amendments.reopen": Action.REOPEN,
    "amendments.decline": Action.REOPEN,
    "amendments.close": Action.REOPEN,
    "worksheets.overview": Action.READ_DRAFT,
    "worksheets.download_sheet": Action.READ_DRAFT,
    "worksheets.bring_sheet": Action.ANSWER,
    "worksheets.merge_sheet": Action.ANSWER,
    "worksheets.blank_form": Action.SEE_PROGRAM,
    "worksheets.request_pdf": Action.SEE_PROGRAM,
    "worksheets.pdf_state": Action.SEE_PROGRAM,
    "worksheets.download_pdf": Action.SEE_PROGRAM,
    "evidence.practice": Action.READ_DRAFT,
    "evidence.add_file": Action.ANSWER,
    "evidence.add_link": Action.ANSWER,
    "evidence.attach": Action.ANSWER,
    "evidence.detach": Action.ANSWER,
    "evidence.overview": Action.READ_ANSWERS,
    "evidence.download": Action.READ_ANSWERS,
    "evidence.remove": Action.ANSWER,
    "evidence.put_back": Action.ANSWER,
    "reviewers.page": Action.REVIEW,
    "reviewers.assign": Action.REVIEW,
    "reviews.queue": Action.SEE_PARTNERSHIP,
    "reviews.overview": Action.REVIEW,
    "reviews.section": Action.REVIEW,
    "reviews.changes": Action.REVIEW,
    "reviews.look": Action.REVIEW,
    "reviews.save_section": Action.REVIEW,
    "reviews.save_item": Action.REVIEW,
    "reviews.history": Action.REVIEW,
    "reviews.restore": Action.REVIEW,
    "reviews.opinion": Action.REVIEW,
    "reviews.save_opinions": Action.REVIEW,
    "reviews.save_opinion": Action.REVIEW,
    "questions.page": Action.READ_ANSWERS,
    "questions.answer": Action.TALK,
    "questions.save_reply": Action.TALK,
    "questions.close": Action.REVIEW,
    "reviews.record_contact": Action.REVIEW,
    "visits.hold": Action.REVIEW,
    "visits.correct": Action.REVIEW,
    "visits.page": Action.READ_ANSWERS,
    "visits.agenda": Action.READ_ANSWERS,
    "visits.calendar_file": Action.READ_ANSWERS,
    "visits.propose": Action.REVIEW,
    "visits.set_date": Action.REVIEW,
    "visits.cancel": Action.REVIEW,
    "visits.details": Action.REVIEW,
    "visits.pick": Action.RUN_PROGRAM,
    "visits.ask_others": Action.RUN_PROGRAM,
    "visits.note_page": Action.REVIEW,
    "visits.save_note": Action.REVIEW,
    "visits.save_notes": Action.REVIEW,
    "visits.pack": Action.REVIEW,
    "visits.pack_file": Action.REVIEW,
    "visits.request_pack": Action.REVIEW,
    "visits.pack_state": Action.REVIEW,
    "visits.download_pack": Action.REVIEW,
    "visits.feed_page": Open.SIGNED_IN,
    "visits.renew_feed": Open.SIGNED_IN,
    "visits.end_feed": Open.SIGNED_IN,
    "visits.feed": Open.TOKEN,
    "plans.edit": Action.WRITE_PLAN,
    "plans.save": Action.WRITE_PLAN,
    "plans.save_text": Action.WRITE_PLAN,
    "plans.issue": Action.WRITE_PLAN,
    "plans.print_page": Action.READ_RESULTS,
    "plans.summary_page": Action.READ_RESULTS,
    "plans.request_document": Action.READ_RESULTS,
    "plans.document_state": Action.READ_RESULTS,
    "plans.download": Action.READ_RESULTS,
    "results.overview": Action.READ_RESULTS,
    "results.issue": Action.READ_RESULTS,
    "results.draft": Action.READ_RESULTS,
    "results.history": Action.WRITE_PLAN,
    "results.share": Action.WRITE_PLAN,
    "results.comment": Action.COMMENT_PLAN,
    "results.mark": Action.WRITE_PLAN,
    "statements.page": Action.SEND_STATEMENT,
    "statements.check": Action.SEND_STATEMENT,
    "statements.send": Action.SEND_STATEMENT,
    "statements.prepare": Action.SEND_STATEMENT,
    "statements.paper": Action.SEND_STATEMENT,
    "statements.record": Action.SEND_STATEMENT,
    "statements.withdraw": Action.SEND_STATEMENT,
    "statements.show": Action.SEND_STATEMENT,
    "statements.download": Action.SEND_STATEMENT,
    "signing.look_up": Open.PUBLIC,
    "signing.statement": Open.TOKEN,
    "signing.sign": Open.TOKEN,
    "recognition.scorecard": Action.READ_ANSWERS,
    "recognition.move_up": Action.READ_ANSWERS,
    "recognition.decision": Action.RECOGNIZE,
    "recognition.confirm": Action.RECOGNIZE,
    "recognition.agree": Action.RECOGNIZE,
    "recognition.move": Action.MOVE_CYCLE,
    "recognition.move_now": Action.MOVE_CYCLE,
    "recognition.undo_move": Action.MOVE_CYCLE,
    "recognition.comparison": Action.READ_ANSWERS,
    "standing.page": Action.READ_RESULTS,
    "standing.override": Action.OVERRIDE,
    "standing.move_up": Action.RECOGNIZE,
    "standing.change": Action.OVERRIDE,
    "standing.appeal": Action.RUN_PROGRAM,
    "standing.decide_appeal": Action.OVERRIDE,
    "standing.consent": Action.RUN_PROGRAM,
    "partners.directory": Open.PUBLIC,
    "partners.directory_json": Open.PUBLIC,
    "partners.verify": Open.PUBLIC,
    "partners.verify_json": Open.PUBLIC,
    "partners.badge_svg": Open.PUBLIC,
    "partners.badge_png": Open.PUBLIC,
    "followup.log_check_in": Action.CHECK_IN,
    "followup.overview": Action.READ_RESULTS,
    "followup.new_check_in": Action.CHECK_IN,
    "followup.check_in": Action.CHECK_IN,
    "followup.edit_check_in": Action.CHECK_IN,
    "followup.add_note": Action.CHECK_IN,
    "followup.mini_review": Action.CHECK_IN,
    "followup.begin_mini_review": Action.CHECK_IN,
    "followup.save_outcomes": Action.CHECK_IN,
    "followup.grant_time": Action.CHECK_IN,
    "followup.plan_again": Action.WRITE_PLAN,
    "followup.issue_again": Action.WRITE_PLAN,
    "followup.renewal": Action.READ_RESULTS,
    "followup.begin_renewal": Action.RUN_PROGRAM,
    "followup.progress": Action.TELL_PROGRESS,
    "followup.tell_progress": Action.TELL_PROGRESS,
    "resources.library": Action.READ_LIBRARY,
    "resources.download": Action.READ_LIBRARY,
    "resources.shelf": Action.KEEP_LIBRARY,
    "resources.shelf_file": Action.KEEP_LIBRARY,
    "resources.new": Action.KEEP_LIBRARY,
    "resources.add": Action.KEEP_LIBRARY,
    "resources.edit": Action.KEEP_LIBRARY,
    "resources.change": Action.KEEP_LIBRARY,
    "resources.retire": Action.KEEP_LIBRARY,
    "resources.bring_back": Action.KEEP_LIBRARY,
    "papers.page": Action.READ_ANSWERS,
    "papers.ask": Action.READ_ANSWERS,
    "papers.look": Action.READ_ANSWERS,
    "papers.fetch": Action.READ_ANSWERS,
    "papers.choose": Action.RUN_PROGRAM,
    "papers.save_choice": Action.RUN_PROGRAM,
    "rulebooks.rules": Action.SEE_PARTNERSHIP,
    "rulebooks.adopted_list": Action.SEE_PARTNERSHIP,
    "rulebooks.plugin": Action.SEE_PARTNERSHIP,
    "rulebooks.check": Action.SET_RULES,
    "rulebooks.change": Action.SET_RULES,
    "rulebooks.save": Action.SET_RULES,
    "rulebooks.preview": Action.SET_RULES,
    "rulebooks.cancel": Action.SET_RULES,
    "rulebooks.adopt": Action.SET_RULES,
    "demo.sign_in_as": Open.DEMO,
    "demo.mail": Open.DEMO,
}


class Held(Protocol):
    """One role held at one place, as the accounts room stores it."""

    role: Role
    partnership_id: int | None
    program_id: int | None


def roles_at(held: Iterable[Held], partnership_id: int | None, program_id: int | None = None) -> frozenset[Role]:
    """Return the roles that count at this program, or at this partnership when no program is named."""
    found = set()
    for one in held:
        if program_id is not None and one.program_id == program_id:
            found.add(one.role)
        if partnership_id is not None and one.program_id is None and one.partnership_id == partnership_id:
            found.add(one.role)
    return frozenset(found)


def may(roles: frozenset[Role], action: Action) -> bool:
    """Tell whether any of these roles covers the action."""
    return bool(roles & TABLE[action])


def require(
    held: Iterable[Held], action: Action, partnership_id: int | None, program_id: int | None = None
) -> frozenset[Role]:
    """Return the roles held there, or raise Stranger (no role at all) or NotAllowed (not this action)."""
    roles = roles_at(held, partnership_id, program_id)
    if not roles:
        raise Stranger
    if not may(roles, action):
        names = " or ".join(sorted(role.words for role in TABLE[action]))
        raise NotAllowed(f"Only a {names} can do this. Nothing was changed.")
    return roles
