"""The administrator's pages; the auditor reads them."""

from __future__ import annotations

from guarantee.web.admin import audit, centers, hospitals, imports, insurers, jobs, members, staff

blueprints = (
    staff.blueprint,
    insurers.blueprint,
    centers.blueprint,
    hospitals.blueprint,
    members.blueprint,
    imports.blueprint,
    audit.blueprint,
    jobs.blueprint,
)
