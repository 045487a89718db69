"""The estate: all that a Waybill owns, as one file of records, to move out with and in (docs/operations/moving.md)."""
