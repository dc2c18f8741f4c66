"""Says for an error code what mends it. Messages change with the years, codes do not.

The codes and their meaning are those of the documentation page "API status codes", which other pages call
"CGC-specific response codes"; what to do follows from the pages on volumes ("Amazon S3 volumes", "Google
Cloud Storage volumes") and "Start an import job".
"""

from __future__ import annotations

from collections.abc import Mapping

HINTS: Mapping[int, str] = {
    3002: "There is no such project. Check its id, owner/short-name; the short name is in its address.",
    5002: "There is no such file. It may have been deleted since.",
    5026: "The destination folder is not there. Check the id of the folder, or import into the project.",
    9003: "You may not write to this project. Ask its admin for the write permission.",
    9004: "You may not use this file. Ask the admin of its project.",
    9005: "This job was started by another user. Ask that user, or import again with your own token.",
    9007: "There is no such volume. Check its id, owner/name; it may have been deleted.",
    9009: "There is no such file. It may have been deleted since.",
    9012: "There is no such project. Check its id, owner/short-name; the short name is in its address.",
    9018: "The key gives no file name. Set a name for the destination.",
    9020: "You may not use this volume. Ask its owner to add you as a member.",
    9069: "The volume is inactive. Its owner can activate it again; check its credentials first.",
    9072: "A file's key does not end with a slash. Take the slash off, or import the folder.",
    9100: "The cloud provider did not answer the platform. Import again later; that is often enough.",
    9101: "The volume is read-only, and this needs write access. Change its access mode, with fitting keys.",
    9102: "You may not do this in the project. Ask its admin for the permission.",
    9103: "The volume's credentials do not open this location. Check the bucket policy and the prefix.",
    9104: "There is no such volume. Check its id, owner/name; it may have been deleted.",
    9105: "No such key. Check its spelling and case; it counts from the volume's prefix on.",
    9106: "The file is not there any more. Look at the bucket, then import again.",
    9108: "The project has a file of this name. Import with another name, or with autorename or overwrite.",
    9109: "The file is missing or not open to the volume's credentials. Look at the bucket and its policy.",
    9200: "There is no such bucket. Check the volume's bucket name; it may have been deleted or renamed.",
    9201: "The access key is not valid any more. The volume's owner has to give it a new key pair.",
    9202: "The secret key does not fit the access key. The volume's owner has to give it a new key pair.",
    9203: "The IAM role cannot be assumed. Check its ARN and that its trust policy names the platform.",
    9204: "The volume's IAM user may not list the bucket. Allow s3:ListBucket on the bucket.",
    9205: "The volume's IAM user may not read the object. Allow s3:GetObject on bucket/prefix/*.",
    90004: "The platform failed. Import again; if it stays so, write to its support with the job's id.",
    90005: "The platform was not available. Import again later.",
}


def hint(code: int | None) -> str | None:
    """Return what to do about a failed job with this error code, None where no more is known."""
    return HINTS.get(code) if code is not None else None
