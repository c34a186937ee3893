"""What the public says about applications, and what it gets of papers."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.contexts.resources_registry import WIND, ResourceRegistry, refused
from trueup.resources import comment_reads, public_papers, services
from trueup.resources.entries import Upload
from trueup.resources.models import Comment, Document, Redaction
from trueup.resources.public_entries import (
    CommentPeriodEntry,
    CommentSpec,
    FileRedaction,
    PublicPaper,
)

pytestmark = pytest.mark.django_db

SECRET = b"meter,keys\n1,never to be seen\n"
HARMLESS = b"meter,keys\n1,blacked out\n"


@pytest.fixture
def registry(settings: Settings, tmp_path: Path) -> ResourceRegistry:
    settings.VAR_DIR = tmp_path
    found = ResourceRegistry()
    found.describe()
    found.accredit()
    found.clear()
    return found


def upload(tmp_path: Path, content: bytes, name: str = "meters.csv") -> Upload:
    path = tmp_path / f"handed-in-{uuid4()}"
    path.write_bytes(content)
    return Upload(name=name, media_type="text/csv", path=path)


def opened(registry: ResourceRegistry) -> CommentPeriodEntry:
    registry.on("2022-03-01")
    registry.apply()
    return services.open_comment_period(
        resource=registry.resources[WIND.name].id,
        question="Is the turbine new?",
        opened_at=registry.tick(),
    )


def comment(period: int, registry: ResourceRegistry, **said: object) -> int:
    spec: dict[str, object] = {"key": uuid4(), "name": "Ada", "text": "It is older.", **said}
    return services.file_comment(
        period=period,
        spec=CommentSpec(**spec),  # type: ignore[arg-type]
        filed_at=registry.tick(),
    ).id


class TestComments:
    """Preamble IV.D.6.b; RATE-213: the public comments on applications."""

    def test_the_program_says_for_how_many_days(self, registry: ResourceRegistry) -> None:
        period = opened(registry)

        assert (period.opens_on, period.closes_on) == (date(2022, 3, 1), date(2022, 3, 30))

    def test_the_clock_closes_it(self, registry: ResourceRegistry) -> None:
        period = opened(registry)
        registry.on("2022-03-30")
        comment(period.id, registry)
        registry.on("2022-03-31")

        with refused("comments_closed"):
            comment(period.id, registry)
        assert Comment.objects.count() == 1

    def test_nobody_reads_them_before_the_end(self, registry: ResourceRegistry) -> None:
        period = opened(registry)
        comment(period.id, registry, email="ada@example.org")

        on_the_last = comment_reads.published_comments(period, today=period.closes_on)
        after = comment_reads.published_comments(period, today=period.closes_on + timedelta(days=1))

        assert on_the_last == []
        assert [(entry.name, entry.text, entry.email) for entry in after] == [
            ("Ada", "It is older.", "")
        ]
        assert comment_reads.comments_of(period.id)[0].email == "ada@example.org"

    def test_a_form_sent_twice_is_one_comment(self, registry: ResourceRegistry) -> None:
        period, key = opened(registry), UUID(int=7)

        assert comment(period.id, registry, key=key) == comment(period.id, registry, key=key)
        assert Comment.objects.count() == 1

    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ({"name": " "}, "comment_empty"),
            ({"text": ""}, "comment_empty"),
            ({"text": "x" * 10_001}, "comment_too_long"),
            ({"organization": "x" * 201}, "comment_too_long"),
        ],
    )
    def test_what_is_no_comment_is_refused(
        self, registry: ResourceRegistry, said: dict[str, object], code: str
    ) -> None:
        period = opened(registry)

        with refused(code):
            comment(period.id, registry, **said)
        with refused("unknown_comment_period"):
            comment(period.id + 1, registry)

    def test_a_program_in_place_of_a_text_is_refused(
        self, registry: ResourceRegistry, tmp_path: Path
    ) -> None:
        """PLAT-097."""
        period = opened(registry)

        with refused("file_refused"):
            comment(period.id, registry, upload=upload(tmp_path, b"MZ\x00\x01"))
        assert Comment.objects.count() == 0

    def test_one_period_at_a_time_and_only_for_an_application(
        self, registry: ResourceRegistry
    ) -> None:
        resource = registry.resources[WIND.name].id
        with refused("application_missing"):
            services.open_comment_period(
                resource=resource, question="What?", opened_at=registry.tick()
            )
        opened(registry)

        with refused("comments_open"):
            services.open_comment_period(
                resource=resource, question="What?", opened_at=registry.tick()
            )
        with refused("comment_empty", "comments_open"):
            services.open_comment_period(resource=resource, question=" ", opened_at=registry.tick())

    def test_a_comment_is_withheld_with_the_reason_and_kept(
        self, registry: ResourceRegistry
    ) -> None:
        period = opened(registry)
        said = comment(period.id, registry)
        with refused("ground_missing"):
            services.withhold_comment(comment=said, reason=" ", withheld_at=registry.tick())

        services.withhold_comment(comment=said, reason="Abuse.", withheld_at=registry.tick())

        (shown,) = comment_reads.published_comments(
            period, today=period.closes_on + timedelta(days=1)
        )
        assert (shown.name, shown.text, shown.withheld_for) == ("", "", "Abuse.")
        assert comment_reads.comments_of(period.id)[0].text == "It is older."

    def test_the_database_keeps_what_was_said(self, registry: ResourceRegistry) -> None:
        comment(opened(registry).id, registry)

        for write in (
            lambda: Comment.objects.update(text="It is new."),
            lambda: Comment.objects.all().delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                write()


class TestRedaction:
    """RATE-206, PLAT-127; docs/decisions/0310: what is withheld, why, and nothing else."""

    def paper(self, kind: str = "eligibility_application") -> Document:
        found = Document.objects.filter(kind=kind).order_by("-id").first()
        assert found is not None
        return found

    def shown(self, document: Document) -> PublicPaper:
        found = public_papers.public_paper(document.pk)
        assert found is not None
        return found

    def test_contact_data_of_people_are_never_shown(self, registry: ResourceRegistry) -> None:
        registry.apply(representative_email="fay.ito@example.org")

        paper = self.shown(self.paper())

        assert "fay.ito@example.org" not in str(paper)
        assert paper.withheld["representative_email"] == "Contact data of a person."
        assert paper.elements["representative_name"]

    def test_a_claim_holds_until_it_is_decided(
        self, registry: ResourceRegistry, tmp_path: Path
    ) -> None:
        registry.apply(uploads=[upload(tmp_path, SECRET)], technology="A secret blade")
        document = self.paper()
        file = document.attachments.get()
        assert self.shown(document).elements["technology"] == "A secret blade"

        claim = services.claim_confidential(
            document=document.pk,
            elements=["technology"],
            attachments=[file.pk],
            ground="A trade secret.",
            claimed_by=registry.person("Fay Ito"),
            claimed_at=registry.tick(),
        )
        paper = self.shown(document)
        assert "A secret blade" not in str(paper)
        assert paper.sha256 == ""
        assert (paper.files[0].file, paper.files[0].name) == (None, "")

        services.refuse_claim(
            claim=claim.id, decision="It is in the patent.", decided_at=registry.tick()
        )
        paper = self.shown(document)
        assert paper.elements["technology"] == "A secret blade"
        assert paper.files[0].file is not None

    def test_what_is_granted_shows_its_reason_and_the_redacted_file(
        self, registry: ResourceRegistry, tmp_path: Path
    ) -> None:
        registry.apply(uploads=[upload(tmp_path, SECRET)], technology="A secret blade")
        document = self.paper()
        file = document.attachments.get()

        services.redact(
            document=document.pk,
            elements={"technology": "A trade secret."},
            files=[
                FileRedaction(
                    attachment=file.pk,
                    reason="Keys of meters.",
                    replacement=upload(tmp_path, HARMLESS, "meters-public.csv"),
                )
            ],
            made_at=registry.tick(),
        )

        paper = self.shown(document)
        assert paper.withheld["technology"] == "A trade secret."
        assert paper.files[0].reason == "Keys of meters."
        assert paper.files[0].file is not None
        assert paper.files[0].file.sha256 != file.sha256
        assert file.sha256 not in str(paper)

    def test_the_next_version_shows_no_more_than_the_one_before(
        self, registry: ResourceRegistry, tmp_path: Path
    ) -> None:
        """What was withheld once is not given away by filing again, nor by another paper."""
        registry.apply(uploads=[upload(tmp_path, SECRET)], technology="A secret blade")
        first = self.paper()
        services.redact(
            document=first.pk,
            elements={"technology": "A trade secret."},
            files=[FileRedaction(attachment=first.attachments.get().pk, reason="Keys.")],
            made_at=registry.tick(),
        )
        resource = registry.resources[WIND.name].id
        services.reject_application(
            resource=resource, grounds="Not complete.", decided_at=registry.tick()
        )

        registry.apply(uploads=[upload(tmp_path, SECRET, "other.csv")], technology="A better one")

        again = self.paper()
        assert again.pk != first.pk
        paper = self.shown(again)
        assert "A better one" not in str(paper)
        assert paper.files[0].file is None
        services.redact(document=again.pk, elements={}, made_at=registry.tick())
        assert self.shown(again).elements["technology"] == "A better one"
        assert self.shown(again).files[0].file is None

    def test_who_does_not_represent_the_resource_claims_nothing(
        self, registry: ResourceRegistry
    ) -> None:
        registry.apply()
        document = self.paper()

        def claim(**given: object) -> None:
            says: dict[str, object] = {
                "document": document.pk,
                "elements": ["technology"],
                "ground": "A trade secret.",
                "claimed_by": registry.person("Fay Ito"),
                "claimed_at": registry.tick(),
                **given,
            }
            services.claim_confidential(**says)  # type: ignore[arg-type]

        with refused("not_representative"):
            claim(claimed_by=registry.person("Eve"))
        with refused("unknown_paper"):
            claim(document=10**9)
        with refused("ground_missing", "nothing_named"):
            claim(elements=[], ground="")
        with refused("not_of_the_paper"):
            claim(elements=["wings"], attachments=[10**9])
        with refused("always_public"):
            claim(elements=["nameplate_mw"])
        claim()
        with refused("claim_open"):
            claim()

    def test_a_claim_is_decided_once(self, registry: ResourceRegistry) -> None:
        registry.apply()
        document = self.paper()
        claim = services.claim_confidential(
            document=document.pk,
            elements=["technology"],
            ground="A trade secret.",
            claimed_by=registry.person("Fay Ito"),
            claimed_at=registry.tick(),
        )
        with refused("ground_missing"):
            services.redact(
                document=document.pk,
                elements={"technology": ""},
                made_at=registry.tick(),
                claim=claim.id,
            )
        services.redact(
            document=document.pk,
            elements={"technology": "A trade secret."},
            made_at=registry.tick(),
            claim=claim.id,
            decision="Granted.",
        )

        with refused("claim_decided"):
            services.refuse_claim(claim=claim.id, decision="No.", decided_at=registry.tick())
        with refused("unknown_claim"):
            services.refuse_claim(claim=10**9, decision="No.", decided_at=registry.tick())
        with pytest.raises(DatabaseError), transaction.atomic():
            Redaction.objects.all().delete()

    def test_what_credits_are_traced_to_is_never_withheld(self, registry: ResourceRegistry) -> None:
        """40 CFR 62.16515(g), (h)."""
        registry.apply()
        registry.verify_application()
        registry.approve()

        with refused("always_public"):
            services.redact(
                document=self.paper("decision").pk,
                elements={"grounds": "A secret."},
                made_at=registry.tick(),
            )

    def test_papers_are_read_in_constant_statements(
        self, registry: ResourceRegistry, tmp_path: Path
    ) -> None:
        registry.apply(uploads=[upload(tmp_path, SECRET)])
        resource = registry.resources[WIND.name].id
        with CaptureQueriesContext(connection) as few:
            public_papers.public_papers_of(resource)
        for round_ in range(5):
            services.reject_application(
                resource=resource, grounds="Not yet.", decided_at=registry.tick()
            )
            registry.apply(uploads=[upload(tmp_path, SECRET + b"%d" % round_)])
            services.redact(
                document=self.paper().pk,
                elements={"technology": "A trade secret."},
                files=[FileRedaction(attachment=self.paper().attachments.get().pk, reason="x")],
                made_at=registry.tick(),
            )

        with CaptureQueriesContext(connection) as many:
            assert len(public_papers.public_papers_of(resource)) == 12

        assert len(many) <= len(few) + 3
