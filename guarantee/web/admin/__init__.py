"""The administrator's pages; the auditor reads them."""

from __future__ import annotations

from guarantee.web.admin import centers, hospitals, staff

blueprints = (staff.blueprint, centers.blueprint, hospitals.blueprint)
