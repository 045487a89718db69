"""The engine in OpenSearch, against a stand-in of its HTTP API; against a real one where it is named.

`WAYBILL_TEST_OPENSEARCH_URL=http://127.0.0.1:9200` runs the same tests there as well: the indexes that they
make begin with `waybill-test-` and are deleted. docs/operations/search-engines.md says how to start one.
"""
