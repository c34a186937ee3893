"""What is known about who somebody is: checks, scans, cool-downs, machines' keys, codes used."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from trueup.identity.entries import CHECK_METHODS, COOL_DOWN_REASONS, REVIEW_OUTCOMES, SCOPES


class IdentityCheck(models.Model):
    """That a person's identity was checked: by whom, how, on which paper, when. Append-only.

    Attributes:
        checked_by: `official:3`, `administrator`; never the person.
        document: The kind of paper (“passport, United States”), never its number.
    """

    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="identity_checks"
    )
    checked_by = models.CharField(max_length=60)
    method = models.CharField(max_length=20)
    document = models.CharField(max_length=200)
    checked_at = models.DateTimeField()
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(checked_by="") & ~Q(document=""), name="identity_check_says_what"
            ),
            models.CheckConstraint(
                condition=Q(method__in=CHECK_METHODS), name="identity_check_method"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} checked by {self.checked_by}"


class IdentityScan(models.Model):
    """The scan of an identity paper, encrypted; its content goes and the row stays.

    Attributes:
        content: Encrypted; null once it was deleted.
        sha256: Of the content before it was encrypted.
        delete_at: When the program wants it deleted.
    """

    check_of = models.ForeignKey(IdentityCheck, on_delete=models.PROTECT, related_name="scans")
    media_type = models.CharField(max_length=40)
    content = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64)
    kept_at = models.DateTimeField()
    delete_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(content=None, deleted_at__isnull=False)
                | Q(content__isnull=False, deleted_at=None),
                name="identity_scan_there_or_deleted",
            ),
            models.CheckConstraint(
                condition=Q(delete_at__gt=F("kept_at")), name="identity_scan_not_for_ever"
            ),
        )
        indexes = (
            models.Index(
                fields=("delete_at",), condition=Q(deleted_at=None), name="identity_scan_due"
            ),
        )

    def __str__(self) -> str:
        return f"scan {self.pk} of check {self.check_of_id}"


class CoolDown(models.Model):
    """A time in which a person moves nothing; it ends when it is over and was cleared.

    Source: PLAT-094.
    """

    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="cool_downs", db_index=False
    )
    reason = models.CharField(max_length=30)
    started_at = models.DateTimeField()
    until_at = models.DateTimeField()
    reviewed_by = models.CharField(max_length=60, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(reason__in=COOL_DOWN_REASONS), name="identity_cool_down_reason"
            ),
            models.CheckConstraint(
                condition=Q(until_at__gt=F("started_at")), name="identity_cool_down_lasts"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by="", reviewed_at=None, outcome="")
                | (~Q(reviewed_by="") & Q(reviewed_at__isnull=False, outcome__in=REVIEW_OUTCOMES)),
                name="identity_cool_down_reviewed",
            ),
        )
        indexes = (models.Index(fields=("person", "until_at"), name="identity_cool_down_person"),)

    def __str__(self) -> str:
        return f"{self.person_id} cools down until {self.until_at}"


class ApiKey(models.Model):
    """A machine's key: only a digest of its secret is kept. Never deleted.

    The secret has 256 random bits, so a plain digest cannot be turned back.
    """

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="api_keys")
    account = models.ForeignKey(
        "ledger.Account", null=True, on_delete=models.PROTECT, related_name="api_keys"
    )
    program = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=20, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=60, blank=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="identity_key_named"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="identity_key_expires"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                name="identity_key_revoked_by",
            ),
        )

    def __str__(self) -> str:
        return f"{self.prefix} ({self.name})"


class ApiKeyScope(models.Model):
    """One thing that a key may do; the database knows no scope that approves."""

    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="scopes")
    scope = models.CharField(max_length=40)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("key", "scope"), name="identity_key_scope_once"),
            models.CheckConstraint(condition=Q(scope__in=SCOPES), name="identity_key_scope"),
        )

    def __str__(self) -> str:
        return self.scope


class UsedCode(models.Model):
    """A second-factor code that was used: the database refuses it a second time.

    Attributes:
        step: The time step of the code (RFC 6238), so one row for each code that was taken.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="used_codes"
    )
    step = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "step"), name="identity_code_once"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.step}"


class KnownPlace(models.Model):
    """A browser and network from which a user has signed in before; only a digest is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="known_places"
    )
    digest = models.CharField(max_length=64)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "digest"), name="identity_place_once"),
        )

    def __str__(self) -> str:
        return f"{self.user_id}: {self.digest[:8]}"


class SignInLock(models.Model):
    """A sign-in that an official has locked, until it is unlocked. Kept for ever.

    Source: PLAT-094, PLAT-154.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sign_in_locks"
    )
    reason = models.CharField(max_length=400)
    locked_by = models.CharField(max_length=60)
    locked_at = models.DateTimeField()
    unlocked_by = models.CharField(max_length=60, blank=True, default="")
    unlocked_at = models.DateTimeField(null=True)
    unlock_reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(locked_by=""), name="identity_lock_says_why"
            ),
            models.CheckConstraint(
                condition=Q(unlocked_at=None, unlocked_by="")
                | (Q(unlocked_at__isnull=False) & ~Q(unlocked_by="") & ~Q(unlock_reason="")),
                name="identity_lock_unlocked_by_whom",
            ),
            models.UniqueConstraint(
                fields=("user",), condition=Q(unlocked_at=None), name="identity_lock_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} locked by {self.locked_by}"


class CacheEntry(models.Model):
    """What Django's database cache keeps: above all, how often somebody has tried to sign in.

    A table of ours, so that a migration makes it and no command has to be remembered. All
    processes count in it.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
