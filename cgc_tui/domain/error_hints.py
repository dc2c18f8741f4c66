"""Explains error codes: meaning, check, fix.

Hints depend on the code and not on the message, since messages change. Codes and meanings are from the
documentation page "API status codes" (elsewhere called "CGC-specific response codes"), the rest from the
page that each hint links to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

DOCS = "https://docs.cancergenomicscloud.org"
CODES = f"{DOCS}/reference/api-status-codes"
START = f"{DOCS}/reference/start-an-import-job-v2"
VOLUME = f"{DOCS}/reference/get-details-of-a-volume-v2"
S3 = f"{DOCS}/page/amazon-web-services-simple-storage-service-aws-s3-volumes"


class ErrorHint(NamedTuple):
    """An error code's meaning, how to check it, how to fix it, and a page of the documentation."""

    meaning: str
    check: str
    fix: str
    docs_url: str

    def __str__(self) -> str:
        return f"{self.meaning} {self.check} {self.fix}"


HINTS: Mapping[int, ErrorHint] = {
    3002: ErrorHint(
        "There is no such project.",
        "Compare its id, owner/short-name, with the address of its page.",
        "Import into the right project.",
        CODES,
    ),
    5002: ErrorHint(
        "There is no such file.",
        "Look whether it was deleted from the project.",
        "Import it again.",
        CODES,
    ),
    5026: ErrorHint(
        "The destination folder is not there.",
        "Compare the folder's id, and look whether it was deleted.",
        "Give another folder, or import into the project itself.",
        START,
    ),
    9003: ErrorHint(
        "You may not write to this project.",
        "Look at your permissions among the project's members.",
        "Ask its admin for the write permission.",
        CODES,
    ),
    9004: ErrorHint(
        "You may not use this file.",
        "Look at your permissions in the file's project.",
        "Ask the admin of that project.",
        CODES,
    ),
    9005: ErrorHint(
        "This job was started by another user.",
        "Compare the user of your token.",
        "Ask that user, or import again with your own token.",
        CODES,
    ),
    9007: ErrorHint(
        "There is no such volume.",
        "Compare its id, owner/name, with the list of your volumes.",
        "Correct the id; where the volume was deleted, register the bucket again.",
        VOLUME,
    ),
    9009: ErrorHint(
        "There is no such file.",
        "Look whether it was deleted.",
        "Import it again.",
        CODES,
    ),
    9011: ErrorHint(
        "The request was not understood.",
        "Compare what was sent with the documented body.",
        "Correct it: a destination has either a project or a parent folder.",
        START,
    ),
    9012: ErrorHint(
        "There is no such project.",
        "Compare its id, owner/short-name, with the address of its page.",
        "Import into the right project.",
        START,
    ),
    9018: ErrorHint(
        "The key gives no file name.",
        "Look at the end of the key.",
        "Set a name for the destination.",
        START,
    ),
    9020: ErrorHint(
        "You may not use this volume.",
        "Look whether you are a member of it.",
        "Ask its owner to add you.",
        VOLUME,
    ),
    9069: ErrorHint(
        "The volume is inactive.",
        "Look at the volume's details: active is false.",
        "Its owner can activate it again; credentials first.",
        VOLUME,
    ),
    9072: ErrorHint(
        "A file's key does not end with a slash.",
        "Look whether the key is a folder's.",
        "Take the slash off, or import the folder.",
        START,
    ),
    9100: ErrorHint(
        "The cloud provider did not answer the platform.",
        "See whether all jobs of that time failed.",
        "Import again later; that is often enough.",
        CODES,
    ),
    9101: ErrorHint(
        "The volume is read-only, and this needs write access.",
        "Look at the volume's access mode.",
        "Change it to RW, with keys that may write.",
        VOLUME,
    ),
    9102: ErrorHint(
        "You may not do this in the project.",
        "Look at your permissions among the project's members.",
        "Ask its admin for the permission.",
        CODES,
    ),
    9103: ErrorHint(
        "The volume's credentials do not open this location.",
        "Compare the bucket's policy and the volume's prefix with the key.",
        "Open the location in the policy, or correct the prefix.",
        S3,
    ),
    9104: ErrorHint(
        "There is no such volume.",
        "Compare its id, owner/name, with the list of your volumes.",
        "Correct the id; where the volume was deleted, register the bucket again.",
        VOLUME,
    ),
    9105: ErrorHint(
        "There is no such key on the volume.",
        "Compare spelling and case with the bucket; keys count from the volume's prefix on.",
        "Correct the key; a folder's ends with a slash.",
        START,
    ),
    9106: ErrorHint(
        "The file is not there any more.",
        "Look for it in the bucket.",
        "Put it back, then import again.",
        START,
    ),
    9108: ErrorHint(
        "The project has a file of this name.",
        "Compare the two: it may be the same file, imported before.",
        "Import with another name, or with autorename or overwrite.",
        START,
    ),
    9109: ErrorHint(
        "The file is missing, or not open to the volume's credentials.",
        "Look for it in the bucket, then at the bucket's policy.",
        "Put it back, or open it.",
        S3,
    ),
    9200: ErrorHint(
        "There is no such bucket.",
        "Compare the volume's bucket name with the cloud's console.",
        "Where it was renamed or deleted, register a new volume.",
        S3,
    ),
    9201: ErrorHint(
        "The access key is not valid any more.",
        "Look in IAM whether the key was deleted or made inactive.",
        "The volume's owner has to give it a new key pair.",
        S3,
    ),
    9202: ErrorHint(
        "The secret key does not fit the access key.",
        "See whether the key pair was changed.",
        "The volume's owner has to give it a new key pair.",
        S3,
    ),
    9203: ErrorHint(
        "The IAM role cannot be assumed.",
        "Compare its ARN with the volume's.",
        "Let its trust policy name the platform.",
        S3,
    ),
    9204: ErrorHint(
        "The volume's IAM user may not list the bucket.",
        "Look for s3:ListBucket in its policy.",
        "Allow s3:ListBucket on the bucket.",
        S3,
    ),
    9205: ErrorHint(
        "The volume's IAM user may not read the object.",
        "Look for s3:GetObject in its policy, and for a deny in the bucket's.",
        "Allow s3:GetObject on bucket/prefix/*.",
        S3,
    ),
    90002: ErrorHint(
        "The platform does not permit this.",
        "Look at your permissions on the project and the volume.",
        "Ask their owners.",
        CODES,
    ),
    90003: ErrorHint(
        "Something that the job names is not there.",
        "Compare the project, the volume and the key.",
        "Correct what is wrong, and import again.",
        CODES,
    ),
    90004: ErrorHint(
        "The platform failed.",
        "See whether all jobs of that time failed.",
        "Import again; if it stays so, write to its support with the job's id.",
        CODES,
    ),
    90005: ErrorHint(
        "The platform was not available.",
        "See whether all jobs of that time failed.",
        "Import again later.",
        CODES,
    ),
}


def hint_for(code: int | None) -> ErrorHint | None:
    """Return the hint for a failed job's error code, None if there is none."""
    return HINTS.get(code) if code is not None else None
