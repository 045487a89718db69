"""The cluster that is searched instead of the database, for those past one machine."""

from __future__ import annotations

from config.env import env_index_name, env_nodes, env_number, env_password, env_text

OPENSEARCH_URLS: tuple[str, ...] = env_nodes("WAYBILL_OPENSEARCH_URLS")  # nothing: off
OPENSEARCH_USER: str = env_text("WAYBILL_OPENSEARCH_USER", "")
OPENSEARCH_PASSWORD: str = env_password("WAYBILL_OPENSEARCH_PASSWORD")
OPENSEARCH_CA_FILE: str = env_text("WAYBILL_OPENSEARCH_CA_FILE", "")
OPENSEARCH_INDEX: str = env_index_name("WAYBILL_OPENSEARCH_INDEX", "waybill")
OPENSEARCH_SHARDS: int = env_number("WAYBILL_OPENSEARCH_SHARDS", 1)
