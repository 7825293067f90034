"""Account forms: what was typed in, clean values out.

Views hand them `request.form`: left alone they would also read files and JSON, whose values are no text.
"""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField

from portal.foundation.addresses import looks_like_address
from portal.foundation.errors import Problem


class SignInForm(FlaskForm):
    """Address and password; all judging is the service's."""

    email = StringField()
    password = PasswordField()

    def problems(self) -> list[Problem]:
        """Return which fields are empty."""
        found = []
        if not (self.email.data or "").strip():
            found.append(Problem("email", "Enter your e-mail address."))
        if not self.password.data:
            found.append(Problem("password", "Enter your password."))
        return found


class AddressForm(FlaskForm):
    """The e-mail address a link is wanted for."""

    email = StringField()

    def problems(self) -> list[Problem]:
        """Return what keeps the address from being one; whether anybody has it is not told."""
        email = (self.email.data or "").strip()
        if not email:
            return [Problem("email", "Enter your e-mail address.")]
        if not looks_like_address(email):
            return [Problem("email", "Enter an e-mail address like name@example.org.")]
        return []


class PasswordForm(FlaskForm):
    """A new password, with the current one where there is one."""

    current = PasswordField()
    new = PasswordField()
