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
        "The project does not exist.",
        "Compare its id, owner/short-name, with the address of its page.",
        "Import into the right project.",
        CODES,
    ),
    5002: ErrorHint(
        "The file does not exist.",
        "Check whether it was deleted from the project.",
        "Import it again.",
        CODES,
    ),
    5026: ErrorHint(
        "The destination folder does not exist.",
        "Check the folder's id and whether it was deleted.",
        "Choose another folder, or import into the project itself.",
        START,
    ),
    9003: ErrorHint(
        "You are not allowed to write to this project.",
        "Check your permissions in the project's member list.",
        "Ask its admin for write permission.",
        CODES,
    ),
    9004: ErrorHint(
        "You are not allowed to use this file.",
        "Check your permissions in the file's project.",
        "Ask the admin of that project.",
        CODES,
    ),
    9005: ErrorHint(
        "This job was started by another user.",
        "Check which user your token belongs to.",
        "Ask that user, or import again with your own token.",
        CODES,
    ),
    9007: ErrorHint(
        "The volume does not exist.",
        "Compare its id, owner/name, with the list of your volumes.",
        "Correct the id; if the volume was deleted, register the bucket again.",
        VOLUME,
    ),
    9009: ErrorHint(
        "The file does not exist.",
        "Check whether it was deleted.",
        "Import it again.",
        CODES,
    ),
    9011: ErrorHint(
        "The request is not valid.",
        "Compare the request with its documentation.",
        "Correct it: a destination has either a project or a parent folder.",
        START,
    ),
    9012: ErrorHint(
        "The project does not exist.",
        "Compare its id, owner/short-name, with the address of its page.",
        "Import into the right project.",
        START,
    ),
    9018: ErrorHint(
        "The key does not contain a file name.",
        "Check the end of the key.",
        "Set the name of the destination.",
        START,
    ),
    9020: ErrorHint(
        "You are not allowed to use this volume.",
        "Check whether you are a member of it.",
        "Ask its owner to add you.",
        VOLUME,
    ),
    9069: ErrorHint(
        "The volume is inactive.",
        "Check the volume's details: active is false.",
        "Its owner can reactivate it, after checking its credentials.",
        VOLUME,
    ),
    9072: ErrorHint(
        'The key of a file must not end with "/".',
        "Check whether the key is a folder.",
        "Remove the trailing slash, or import the folder.",
        START,
    ),
    9100: ErrorHint(
        "The cloud provider did not respond to the platform.",
        "Check whether other jobs failed at the same time.",
        "Import again later; this usually works.",
        CODES,
    ),
    9101: ErrorHint(
        "The volume is read-only, and this needs write access.",
        "Check the volume's access mode.",
        "Change it to RW, with keys that allow writing.",
        VOLUME,
    ),
    9102: ErrorHint(
        "You are not allowed to do this in the project.",
        "Check your permissions in the project's member list.",
        "Ask its admin for permission.",
        CODES,
    ),
    9103: ErrorHint(
        "The volume's credentials cannot access this location.",
        "Compare the bucket's policy and the volume's prefix with the key.",
        "Allow the location in the policy, or correct the prefix.",
        S3,
    ),
    9104: ErrorHint(
        "The volume does not exist.",
        "Compare its id, owner/name, with the list of your volumes.",
        "Correct the id; if the volume was deleted, register the bucket again.",
        VOLUME,
    ),
    9105: ErrorHint(
        "No object with this key exists on the volume.",
        "Compare spelling and case with the bucket; keys are relative to the volume's prefix.",
        'Correct the key; folder keys end with "/".',
        START,
    ),
    9106: ErrorHint(
        "The file no longer exists.",
        "Look for it in the bucket.",
        "Put it back, then import again.",
        START,
    ),
    9108: ErrorHint(
        "A file with this name already exists in the project.",
        "Compare the two: it may be the same file, already imported.",
        "Import it under another name, or with autorename or overwrite.",
        START,
    ),
    9109: ErrorHint(
        "The file is missing, or the volume's credentials cannot access it.",
        "Look for it in the bucket, then check the bucket policy.",
        "Put it back, or allow access to it.",
        S3,
    ),
    9200: ErrorHint(
        "The bucket does not exist.",
        "Compare the volume's bucket name with the cloud console.",
        "If it was renamed or deleted, register a new volume.",
        S3,
    ),
    9201: ErrorHint(
        "The access key is no longer valid.",
        "Check in IAM whether the key was deleted or deactivated.",
        "The volume's owner must set a new key pair.",
        S3,
    ),
    9202: ErrorHint(
        "The secret key does not match the access key.",
        "Check whether the key pair was changed.",
        "The volume's owner must set a new key pair.",
        S3,
    ),
    9203: ErrorHint(
        "The IAM role cannot be assumed.",
        "Compare its ARN with the volume's.",
        "Add the platform to its trust policy.",
        S3,
    ),
    9204: ErrorHint(
        "The volume's IAM user is not allowed to list the bucket.",
        "Look for s3:ListBucket in its policy.",
        "Allow s3:ListBucket on the bucket.",
        S3,
    ),
    9205: ErrorHint(
        "The volume's IAM user is not allowed to read the object.",
        "Look for s3:GetObject in its policy, and for a Deny in the bucket policy.",
        "Allow s3:GetObject on bucket/prefix/*.",
        S3,
    ),
    90002: ErrorHint(
        "The platform does not allow this.",
        "Check your permissions on the project and the volume.",
        "Ask their owners.",
        CODES,
    ),
    90003: ErrorHint(
        "The project, the volume or the file does not exist.",
        "Check the project, the volume and the key.",
        "Correct it, and import again.",
        CODES,
    ),
    90004: ErrorHint(
        "The platform had an internal error.",
        "Check whether other jobs failed at the same time.",
        "Import again; if it persists, contact support with the job's id.",
        CODES,
    ),
    90005: ErrorHint(
        "The platform was not available.",
        "Check whether other jobs failed at the same time.",
        "Import again later.",
        CODES,
    ),
}


def hint_for(code: int | None) -> ErrorHint | None:
    """Return the hint for a failed job's error code, None if there is none."""
    return HINTS.get(code) if code is not None else None
