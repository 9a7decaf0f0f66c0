"""The pages of contracts."""

from landreg.exchange.contracts.routes import (
    correcting,
    desk,
    disputes,
    drawing,
    letters,
    life,
    mandataries,
    members,
    own,
    papers,
    projects,
    registering,
    signing,
)

ROOMS = (
    registering,
    projects,
    papers,
    own,
    drawing,
    signing,
    disputes,
    letters,
    mandataries,
    members,
    life,
    correcting,
    desk,
)
