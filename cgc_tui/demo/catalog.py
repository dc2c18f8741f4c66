"""The volumes, projects and kinds of files of the simulated platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CREDENTIALS = {
    "S3": {"access_key_id": "AKIA-volume-7b1e5d09"},
    "GCS": {"client_email": "AKIA-volume-7b1e5d09@franklin.example"},
}
"""Credentials in the full record of a volume, which a client must not keep."""


ROOT_URLS = {"S3": "https://s3.amazonaws.com", "GCS": "https://www.googleapis.com"}


@dataclass(frozen=True, slots=True)
class Volume:
    """A bucket that is registered as a volume ("List volumes")."""

    id: str
    bucket: str
    prefix: str = ""
    service: str = "S3"
    access_mode: str = "RO"
    active: bool = True

    def record(self, base: str) -> dict[str, Any]:
        """Return the full record, with hrefs under `base`."""
        return {
            "href": f"{base}/storage/volumes/{self.id}",
            "id": self.id,
            "name": self.id.partition("/")[2],
            "description": "",
            "access_mode": self.access_mode,
            "service": {
                "type": self.service,
                "bucket": self.bucket,
                "prefix": self.prefix,
                "root_url": ROOT_URLS[self.service],
                "credentials": CREDENTIALS[self.service],
                "properties": {"sse_algorithm": "AES256"} if self.service == "S3" else {},
            },
            "created_on": "2019-03-01T09:00:00Z",
            "modified_on": "2019-03-01T09:00:00Z",
            "active": self.active,
        }


@dataclass(frozen=True, slots=True)
class Project:
    """A project that files are imported into ("List all your projects")."""

    id: str
    name: str

    def record(self, base: str) -> dict[str, Any]:
        """Return the full record, with hrefs under `base`."""
        owner = self.id.partition("/")[0]
        return {
            "href": f"{base}/projects/{self.id}",
            "id": self.id,
            "name": self.name,
            "type": "v2",
            "created_by": owner,
            "tags": ["TCGA"],
        }


def volumes(username: str) -> tuple[Volume, ...]:
    """Return the volumes that the user can see: own volumes and those of the lab."""
    return (
        Volume(f"{username}/tcga-raw", "tcga-raw-us-east-1"),
        Volume(f"{username}/wgs-2024", "franklin-wgs-2024", prefix="delivery/"),
        Volume(f"{username}/rnaseq-gcs", "franklin-rnaseq", service="GCS"),
        Volume(f"{username}/results", "franklin-results", access_mode="RW"),
        Volume("lab-archive/slides", "lab-archive-slides"),
        Volume("lab-archive/cold-2019", "lab-archive-cold", active=False),
    )


def projects(username: str) -> tuple[Project, ...]:
    """Return the projects that the user can see."""
    return (
        Project(f"{username}/brca-pilot", "BRCA pilot"),
        Project(f"{username}/luad-rnaseq", "LUAD RNA-seq"),
        Project(f"{username}/gbm-methylation", "GBM methylation"),
        Project(f"{username}/wgs-germline", "WGS germline calls"),
        Project("lab-archive/slide-review", "Slide review"),
        Project("lab-archive/pan-cancer", "Pan-cancer atlas"),
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of imported file: suffix, range of sizes in bytes, and experimental strategy."""

    suffix: str
    min_size: int
    max_size: int
    strategy: str


KINDS = (
    Kind(".bam", 4 * 10**9, 90 * 10**9, "WXS"),
    Kind(".bam", 2 * 10**9, 12 * 10**9, "RNA-Seq"),
    Kind("_R1.fastq.gz", 10**9, 20 * 10**9, "RNA-Seq"),
    Kind(".vcf.gz", 10**5, 3 * 10**8, "WXS"),
    Kind(".cram", 8 * 10**9, 40 * 10**9, "WGS"),
    Kind(".svs", 10**8, 3 * 10**9, "Tissue Slide"),
)
"""All files of a batch are of one of these kinds."""
