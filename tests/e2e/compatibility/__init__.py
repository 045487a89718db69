"""What every client of a registry does with Waybill; `./dev compatibility` runs these and writes the page."""
