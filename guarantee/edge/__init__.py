"""What pages, API and commands share: who may, in which language, one transaction, one answer."""
