"""Whether the log is sealed no more, because copies outside the database say that it was longer, or another (LOG-4).

The worker leaves a file in the register's home, of which the pages of officers tell, and takes it away when it seals again.
"""

from __future__ import annotations

import json
from pathlib import Path

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import Conflict, Finding
from landreg.log import copies
from landreg.log.store import Sealed, seal

FILE = "sealing.refused"


def seal_or_tell(actor: Actor, settings: Settings) -> Sealed:
    """Seal what is staged (`store.seal`), and let pages know where that is refused. Raises as `seal` does."""
    file = settings.home / FILE
    try:
        sealed = seal(actor, settings)
    except Conflict as refused:
        said = json.dumps(dict(refused.findings[0].values), ensure_ascii=False)
        if not file.exists() or file.read_text("utf-8") != said:
            copies.write(file, said)
        raise
    file.unlink(missing_ok=True)
    return sealed


def sealing_refused(home: Path) -> Finding | None:
    """LOG-4 while the worker refuses to seal; None while it does not."""
    try:
        return Finding("LOG-4", values=json.loads((home / FILE).read_text("utf-8")))
    except FileNotFoundError:
        return None
