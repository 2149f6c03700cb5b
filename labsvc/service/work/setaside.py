"""Bytes set aside with the reason, and the lab told: one way for files, runs and broken lines."""

from __future__ import annotations

from datetime import datetime

from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState, Filing
from labsvc.notify.alerts import for_quarantine
from labsvc.service.home import Home


def set_aside(home: Home, capture: Capture, reason: str, *, at: datetime, detail: str = "") -> str:
    """Keep the capture in quarantine and owe one message; the name of its folder.

    Twice is once. Raises StoreError.
    """
    folder = home.quarantine.put(capture, reason, detail)
    alert = for_quarantine(capture.name, capture.source, capture.sha256, reason, at=at)
    home.database.file(
        Filing(
            sha256=capture.sha256,
            name=capture.name,
            source=capture.source,
            received_at=capture.received_at,
            size=len(capture.content),
            driver=None,
            state=CaptureState.QUARANTINED,
            folder=folder,
            filed_at=at,
            alerts=(alert,),
            reason=reason,
        )
    )
    return folder
